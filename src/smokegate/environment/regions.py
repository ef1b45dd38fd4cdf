"""Several backends of one system in one file: each `[[backend]]` is an environment of its own, `FILE-NAME`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.presets import merged
from smokegate.environment.reading import read, text_of

SEVERAL = re.compile(r"^\s*\[\[\s*backend\s*\]\]", re.MULTILINE)
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"


def environments_in(file: Path) -> tuple[str, ...]:
    """Return the names of a file's environments: its own, or one for each `[[backend]]` that has a name."""
    try:
        if SEVERAL.search(text_of(file)) is None:  # read for every file of the directory: parsing would take longer
            return (file.stem,)
        entries = backends(read(file))
    except (OSError, ValueError, EnvironmentErrors):
        return (file.stem,)  # what is wrong with it is said when it is loaded
    names = [str(each["name"]) for each in entries if isinstance(each, dict) and "name" in each]
    return tuple(dict.fromkeys(f"{file.stem}-{name}" for name in names)) or (file.stem,)


def backends(table: Mapping[str, Any]) -> list[Any]:
    """Return the `[[backend]]` tables of a file; none where it has one `[backend]`."""
    found = table.get("backend")
    return found if isinstance(found, list) else []


def one_of(table: dict[str, Any], stem: str, name: str) -> tuple[dict[str, Any], int | None]:
    """Return the table of one environment of a file, and which `[[backend]]` it is of.

    What a later backend leaves out is that of the first.
    """
    entries = [each for each in backends(table) if isinstance(each, dict)]
    index = next((at for at, each in enumerate(entries) if f"{stem}-{each.get('name')}" == name), None)
    if index is None:
        return table, None
    backend = merged(entries[0], entries[index]) if index else dict(entries[0])
    title = f"{table['title']} ({backend['name']})" if isinstance(table.get("title"), str) else table.get("title")
    return {**table, "backend": backend, "title": title}, index


def mistakes(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield what is wrong with the names of a file's backends."""
    entries = backends(table)
    single = table.get("backend")
    if isinstance(single, dict) and "name" in single:
        yield ("backend", "name"), "goes with several [[backend]]; a file with one [backend] has its own name"
    seen: set[str] = set()
    for index, each in enumerate(entries):
        name = each.get("name") if isinstance(each, dict) else None
        if not isinstance(name, str) or re.fullmatch(NAME, name) is None:
            yield ("backend", index, "name"), 'is missing; expected a name for each [[backend]], such as "eu"'
        elif name in seen:
            yield ("backend", index, "name"), f'expected another name for each [[backend]], found "{name}" again'
        seen.add(str(name))


def placed(path: tuple[str, ...], table: Mapping[str, Any], index: int | None) -> tuple[str, ...]:
    """Return where a key of the environment's backend stands in the file: in its own `[[backend]]`, or in the first."""
    if index is None or path[:1] != ("backend",):
        return path
    own = backends(table)[index]
    at = index if len(path) < 2 or path[1] in own else 0
    return ("backend", str(at), *path[1:])
