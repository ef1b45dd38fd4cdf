"""Writes the table of hostile servers into docs/safety.md."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from servers import KINDS

PAGE = Path(__file__).parents[2] / "docs" / "safety.md"
BEGIN, END = "<!-- servers: begin -->", "<!-- servers: end -->"


def table() -> str:
    """Return a row for each server."""
    rows = [f"| `{kind.name}` | {kind.what} | {', '.join(f'`{end}`' for end in kind.ends)} |" for kind in KINDS]
    return "\n".join(["| server | what it does | how the request ends |", "| --- | --- | --- |", *rows])


def written(page: str) -> str:
    """Return the page with the table of today."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
