"""Where in a file a key stands, so that a mistake points at its line; tomllib does not keep it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

PART = r"""(?:[\w-]+|"[^"]*"|'[^']*')"""
NAME = rf"{PART}(?:\s*\.\s*{PART})*"
HEADER = re.compile(rf"\s*(?P<open>\[\[?)\s*(?P<name>{NAME})\s*\]\]?")
KEY = re.compile(rf"\s*(?P<name>{NAME})(?=\s*=)")
WORD = re.compile(r"\s*(?P<word>\[{0,2}[\w.-]+\]{0,2})")
PLACE = re.compile(r"\(at line (\d+), column \d+")
FENCE = re.compile(r"\"\"\"|'''")


class Location(NamedTuple):
    """A line of a file, and the part of it that is meant."""

    line: int
    start: int
    """Characters before it."""
    text: str
    """The line up to the end of the key: what follows may be a secret that does not belong there."""

    @property
    def excerpt(self) -> str:
        """The line with a caret under what is meant."""
        gutter = f"  {self.line} | "
        under = " " * self.start + "^" * (len(self.text) - self.start)
        return f"{gutter}{self.text}\n{' ' * (len(gutter) - 2)}| {under}"


def locate(text: str, path: Sequence[str | int]) -> Location | None:
    """Return where a path of keys stands, or the nearest of what it is in; None where nothing of it is in the file."""
    wanted = tuple(map(str, path))
    best: Location | None = None
    longest = 0
    for keys, location in _keys(text):
        common = keys[: len(wanted)]  # a dotted key may go deeper than the mistake
        if longest < len(common) and wanted[: len(common)] == common:
            best, longest = location, len(common)
    return best


def syntax_at(text: str, message: str) -> Location | None:
    """Return the line at which a TOML parser's message says that it stopped, with the first word of it.

    No more of the line is shown: what follows may be a secret.
    """
    at = PLACE.search(message)
    lines = text.splitlines()
    if at is None or int(at[1]) > len(lines):
        return None
    found = WORD.match(lines[int(at[1]) - 1])
    return Location(int(at[1]), found.start("word"), found[0]) if found else None


def _keys(text: str) -> Iterator[tuple[tuple[str, ...], Location]]:
    """Yield every key and header at the beginning of a line, with its whole path; arrays of tables are counted."""
    above: tuple[str, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        inside, fenced = fenced, fenced ^ (len(FENCE.findall(line)) % 2 == 1)
        found = None if inside else HEADER.match(line) or KEY.match(line)
        if found is None:
            continue
        keys = tuple(part.strip("\"'") for part in re.findall(PART, found["name"]))
        start = found.start("name")
        if found.re is HEADER:
            above = _numbered(keys, counts, new=found["open"] == "[[")
            keys, start = (), found.start("open")
        yield (*above, *keys), Location(number, start, found[0])


def _numbered(keys: tuple[str, ...], counts: dict[tuple[str, ...], int], *, new: bool) -> tuple[str, ...]:
    """Return the path of a header with the positions of the arrays of tables that it is in."""
    path: tuple[str, ...] = ()
    for index, key in enumerate(keys):
        path = (*path, key)
        if new and index == len(keys) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, str(counts[path]))
    return path
