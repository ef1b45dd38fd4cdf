"""Writes what is made from the model: `docs/environments.md` and `environments/environment.schema.json`.

`python -m smokegate.environment.document` writes both; with `--check` it only reports which are out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from smokegate.environment.reference import reference
from smokegate.environment.schema import schema

PAGE = Path("docs/environments.md")
SCHEMA = Path("environments/environment.schema.json")


def documents() -> dict[Path, str]:
    """Return each file that is made from the model, relative to the project's root, with its text."""
    made = schema()
    return {PAGE: reference(made), SCHEMA: json.dumps(made, indent=2, ensure_ascii=False) + "\n"}


def stale(root: Path) -> tuple[Path, ...]:
    """Return the files under a project's root that are not what the model makes of them."""
    return tuple(path for path, text in documents().items() if _text(root / path) != text)


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or check them; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m smokegate.environment.document", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is out of date")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's root (default: this directory)")
    chosen = parser.parse_args(arguments)
    out_of_date = stale(chosen.root)
    for path in out_of_date:
        if chosen.check:
            sys.stderr.write(f"{path} is out of date; run: python -m smokegate.environment.document\n")
        else:
            (chosen.root / path).parent.mkdir(parents=True, exist_ok=True)
            (chosen.root / path).write_text(documents()[path], encoding="utf-8")
            sys.stdout.write(f"{path} written\n")
    return 1 if chosen.check and out_of_date else 0


if __name__ == "__main__":
    sys.exit(main())
