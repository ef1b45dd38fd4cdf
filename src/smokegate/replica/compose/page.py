"""Writes the built dashboard to a directory: `python -m smokegate.replica.compose.page DIRECTORY`."""

from __future__ import annotations

import sys
from pathlib import Path

from smokegate.replica.bundle import build

#: One nginx serves the page and the API from one address.
API_ADDRESS = "/api"


def write(directory: Path) -> None:
    """Build the page and write its files."""
    page = Path(__file__).parents[1] / "trading" / "page"
    for name, data in build(page, API_ADDRESS).items():
        target = directory / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
