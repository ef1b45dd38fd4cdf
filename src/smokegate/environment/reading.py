"""From a file to raw tables: everything that can go wrong before its keys mean anything.

A file may have several backends of one system: each `[[backend]]` is an environment of its own, `FILE-NAME`.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smokegate.environment.errors import EnvironmentErrors, Mistake
from smokegate.environment.location import syntax_at
from smokegate.environment.presets import merged

DEEPEST = 32
"""Levels of tables and arrays; far more than any promise needs, far fewer than Python's recursion stands."""
LARGEST = 1 << 20
"""Bytes of a file; one that is larger is not a description of a deployment."""
SEVERAL = re.compile(r"^\s*\[\[\s*backend\s*\]\]", re.MULTILINE)
NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"


def available(directory: Path) -> tuple[str, ...]:
    """Return the names of the environments in a directory, sorted: each `NAME.toml` is one.

    Raises:
        EnvironmentErrors: there is no such directory, or it cannot be read.
    """
    try:
        names = [entry.name for entry in os.scandir(directory)]
    except OSError as error:
        text = (
            f"expected a directory with a file NAME.toml for each environment, found: {reason(error)}; "
            "`smokegate init URL` writes the first"
        )
        raise EnvironmentErrors([Mistake(shown(directory), "", text)]) from None
    return tuple(sorted(name[:-5] for name in names if name.endswith(".toml") and name[0] != "."))


def read(file: Path) -> dict[str, Any]:
    """Read the table of a file; all that can be wrong with it is an `EnvironmentErrors`."""
    content, location = "", None
    try:
        content = text_of(file)
        return _table(content)
    except OSError as error:
        text = f"expected a file that can be read, found: {reason(error)}"
    except RecursionError:
        text = f"expected at most {DEEPEST} levels of tables and arrays"
    except SyntaxMistakeError as error:
        text, location = f"not TOML: {error}", syntax_at(content, str(error))
    except ValueError as error:
        text = str(error)
    raise EnvironmentErrors([Mistake(shown(file), "", text, location)])


class SyntaxMistakeError(ValueError):
    """A file is not TOML; the text says what is wrong, and in which line and column."""


def text_of(file: Path) -> str:
    """Return the text of a file; `OSError` or `ValueError` where it is no file of a sensible size in UTF-8."""
    # Checked before it is opened: opening a FIFO waits for anyone who writes to it.
    kind = file.stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise ValueError("expected a regular file, found: a FIFO, a device or a socket")
    with file.open("rb") as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"expected a file of at most {LARGEST >> 10} KiB")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("not UTF-8 but UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(content[: error.start].decode("utf-8-sig", "replace"))
        byte = content[error.start]
        raise ValueError(f"not UTF-8: byte 0x{byte:02x} (at line {line}, column {column}); save it as UTF-8") from None


def _position(before: str) -> tuple[int, int]:
    """Return the line and column of what follows a text, counted from 1 as TOML parsers do."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _table(text: str) -> dict[str, Any]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, column = _position(text)
        message = str(error).replace("(at end of document)", f"(at line {line}, column {column}, the end of the file)")
        raise SyntaxMistakeError(message) from None
    except ValueError:
        raise ValueError("not TOML: a number has too many digits") from None
    if not table:
        raise ValueError('the file is empty; expected at least title = "…" and [backend] with url = "…"')
    bound(table)
    return table


def bound(table: dict[str, Any]) -> None:
    """Refuse more levels than `DEEPEST`, level by level: dotted keys nest without the parser's recursion."""
    level: list[Any] = [table]
    for _ in range(DEEPEST):
        inner = [each.values() if isinstance(each, dict) else each for each in level]
        level = [value for values in inner for value in values if isinstance(value, dict | list)]
        if not level:
            return
    raise ValueError(f"expected at most {DEEPEST} levels of tables and arrays")


def reason(error: OSError) -> str:
    """Return what the operating system says, without its number and the path, which are shown already."""
    return (error.strerror or type(error).__name__).lower()


def unreadable(file: Path) -> str | None:
    """Return why a file cannot be read; None where it can."""
    try:
        with file.open("rb"):
            return None
    except (OSError, ValueError) as error:
        return reason(error) if isinstance(error, OSError) else str(error)


def shown(file: Path) -> str:
    """Return a path as a person in the current directory would write it."""
    try:
        return str(file.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(file)


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


def wrong_names(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
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
