"""A copy of an environment file without what a proxy can not stand in for: nothing asks the server."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

LEFT_OUT = ("server", "compose", "alerts", "render", "browser", "replica")
HEADER = re.compile(r"^\s*\[\[?\s*([\w-]+)")


class UnstrippableError(ValueError):
    """The file says something in a form that can not be left out line by line; the text says what to do."""


def strip(file: Path, folder: Path) -> Path:
    """Write the copy into a folder; returns the folder.

    Raises:
        UnstrippableError: a section that must be left out is no section of its own.
    """
    lines: list[str] = []
    leaving = False
    for line in file.read_text("utf-8").splitlines():
        header = HEADER.match(line)
        if header:
            leaving = header[1] in LEFT_OUT
        if not leaving:
            lines.append(line)
    text = "\n".join(lines) + "\n"
    left = [key for key in tomllib.loads(text) if key in LEFT_OUT]
    if left:
        raise UnstrippableError(
            f"{file.name}: write {left[0]} as a section, [{left[0]}], to have it left out of a rehearsal"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file.name).write_text(text, "utf-8")
    return folder
