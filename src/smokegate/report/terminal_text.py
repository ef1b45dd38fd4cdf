"""Text as a terminal shows it: wrapped and cut to its width, in its encoding, in tables."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Collection, Sequence
from typing import TextIO

from smokegate.observation.evidence.sink import line as safe

ADDRESS = 40
"""Columns in which an address is worth its beginning."""
WIDEST = 48
"""Characters of a cell; longer ones are cut. The last column is as long as it is."""


def wrapped(text: str, width: int, first: str, then: str, rows: int) -> list[str]:
    """Return a text in at most so many rows of a width, with a hanging indent; what is cut ends in `…`."""
    wrapper = _Wrapper(width, first, then, break_on_hyphens=False, max_lines=rows, placeholder=" …")
    return wrapper.wrap(text) or [first.rstrip()]


class _Wrapper(textwrap.TextWrapper):
    """Breaks between words, and in what a server wrote without blanks behind a comma."""

    wordsep_simple_re = re.compile(r"(\s+)|(?<=,)(?=\S)")


def cut(text: str, width: int) -> str:
    """Return a text that is no wider; what is cut ends in `…`."""
    return text if len(text) <= width else f"{text[: max(1, width - 1)]}…"


def around(text: str, url: str, limit: int) -> str:
    """Return a line of evidence cut to a length, with what is in backticks, which decides, still in it."""
    if len(text) > limit and url:
        text = text.replace(f"{url}/", "/")  # it stands two lines above
    start = text.find("`")
    if len(text) <= limit or start < 0:
        return text
    before, quoted = text[:start], text[start:]
    room = max(limit // 2, limit - len(quoted))
    start_of_it, end_of_it = before[: room // 2].rpartition(" ")[0], before[-(room // 2 - 2) :].partition(" ")[2]
    head = before if len(before) <= room else f"{start_of_it} … {end_of_it}"
    return head + quoted


def columns(stream: TextIO) -> int:
    """Return the width of the terminal that a stream is, else what the surroundings say."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError, AttributeError):
        return shutil.get_terminal_size().columns


def spelled(text: str, encoding: str | None) -> str:
    """Return a text as a terminal of this encoding can show it."""
    try:
        text.encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        plain = text.replace("·", "-").replace("…", "...").replace("→", "->")
        return plain.encode("ascii", "replace").decode()
    return text


def shown_path(path: str) -> str:
    """Return a path as it is shown: relative to the current directory, where that is shorter."""
    try:
        near = os.path.relpath(path)
    except ValueError:  # another drive
        return path
    return min(near, path, key=len)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = ()) -> list[str]:
    """Return the lines of a table; the columns whose numbers are in `right` are set flush right."""
    last = len(header) - 1
    cells = [
        [cut(safe(text), WIDEST) if column < last else safe(text) for column, text in enumerate(row)]
        for row in (header, *rows)
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return ["  " + _line(row, widths, right) for row in cells]


def _line(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    parts = [
        text.rjust(width) if column in right else text.ljust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(parts).rstrip()
