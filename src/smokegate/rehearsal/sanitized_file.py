"""A copy of an environment file without what a proxy cannot stand in for: nothing asks the server."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

LEFT_OUT = ("server", "compose", "alerts", "render", "browser", "replica")
CONNECTION = re.compile(r"\s*(?:client_certificate|connect_to)\s*=")
"""What says how the deployment is connected to: the proxy does that, and is connected to plainly."""
HEADER = re.compile(r"^\s*\[\[?\s*([\w-]+)(?:\s*\.\s*([\w-]+))?")


class UnstrippableError(ValueError):
    """The file says something in a form that cannot be left out line by line; the text says what to do."""


def strip(file: Path, folder: Path) -> Path:
    """Write the copy into a folder; returns the folder."""
    lines: list[str] = []
    leaving = site = False
    for line in file.read_text("utf-8").splitlines():
        header = HEADER.match(line)
        if header:
            leaving = header[1] in LEFT_OUT or header[2] == "client_certificate"
            site = header[2] is None
        if not leaving and not (site and CONNECTION.match(line)):
            lines.append(line)
    text = "\n".join(lines) + "\n"
    table = tomllib.loads(text)
    _refuse_connections(file, table)
    left = [key for key in table if key in LEFT_OUT]
    if left:
        raise UnstrippableError(
            f"{file.name}: write {left[0]} as a section, [{left[0]}], to have it left out of a rehearsal"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file.name).write_text(text, "utf-8")
    return folder


def _refuse_connections(file: Path, table: Any) -> None:
    """Refuse a connection of its own for one request: all that the proxy asks of a site goes one way."""
    found = [table]
    for each in found:
        if isinstance(each, dict) and {"client_certificate", "connect_to"} & each.keys():
            raise UnstrippableError(
                f"{file.name}: client_certificate and connect_to of single requests cannot be rehearsed;"
                " those of [backend] and [frontend] can, on a line of their own"
            )
        found.extend(each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
