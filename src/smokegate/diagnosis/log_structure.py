"""Finds the lines of a log that say why a program failed, by their structure alone, whatever the program is.

A traceback says it in its last line, Java in the deepest `Caused by`, Node in the line above its frames,
servers in the line with their highest level. What only says that something ended ("Shutting down: Master",
`}`) says nothing. Which cause a line stands for is `log_reasons`' judgement, not this module's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from smokegate.diagnosis.log_frames import (
    BELONGS,
    DEEPER,
    EXCEPTION,
    NEW_RECORD,
    RUBY,
    blocks,
    is_frame,
    is_head,
    message_start,
)
from smokegate.diagnosis.log_lines import flat
from smokegate.knowledge.logs import words

UNCAUGHT, ERROR, WORDS = 3, 2, 1
"""How sure it is that a line says why: an exception or a fatal level, an error level, words of failure."""
SURVIVED = 3
"""So many ordinary lines after an error mean that the program went on."""

LIBRARY = re.compile(
    r"site-packages|node_modules|/s?bin/|/rustc/|ignore-listed|^\.\.\. \d|/lib/python|<frozen|node:|/gems/|/vendor/"
    r"|\bext:"
    r"|^at (?:async )?(?:java|javax|jakarta|jdk|sun|kotlin|scala|Microsoft|System|Npgsql)\."
    r"|^at (?:org|com|io)\.(?:springframework|hibernate|apache|postgresql|flywaydb|zaxxer|mysql|sun|netty|micrometer)\."
)
"""Frames that are not the program's own."""
SAYS_LITTLE = re.compile(r"\w:$|: +\([A-Z][\w:]*\)$|^(?:\w+: )?[A-Z]+\d+:?$")
"""A line that only announces what it says after an empty one: a class of an error, or its number."""


class LogExcerpt(Struct, frozen=True):
    """A place in a log that says why: its decisive line first, then the lines that belong to it."""

    lines: tuple[str, ...]
    rank: int
    at: int
    chain: tuple[str, ...] = ()
    """The other exceptions of its chain, the one nearest to it first."""
    context: str = ""
    """The frames around it, which name the libraries and the place in the code."""

    @property
    def where(self) -> str:
        """The innermost frame of the program's own code, as far as it shows."""
        frames = [line.strip() for line in self.context.splitlines() if is_frame(line)]
        own = [each for each in frames if not LIBRARY.search(each)]
        return (own[-1] if own and own[-1].startswith("File") else own[0]) if own else ""


def log_excerpts(log: Sequence[str]) -> list[LogExcerpt]:
    """Return the places of a log that say why it failed, the most specific first, the last of equals first."""
    lines = flat(log)
    found = [*_exceptions(lines), *_levels(lines)]
    taken: set[int] = set()
    said: set[str] = set()
    best: list[LogExcerpt] = []
    for each in sorted(found, key=lambda excerpt: (-excerpt.rank, -excerpt.at)):
        if each.at not in taken and lines[each.at] not in said:
            taken.add(each.at)
            said.add(lines[each.at])
            best.append(each)
    return best


def _exceptions(lines: list[str]) -> Iterator[LogExcerpt]:
    """Yield what is an exception by the frames around it, one for each chain."""
    for first, last in blocks(lines):
        heads = sorted({message_start(lines, first, at) for at in range(first, last) if is_head(lines, at)})
        if not heads:
            continue
        deep = [at for at in heads if DEEPER.match(lines[at])]
        at = deep[-1] if deep else heads[-1]
        chain = tuple(_said(lines, each)[0] for each in reversed(heads) if each != at)
        rank = UNCAUGHT if _ordinary_after(lines, last) < SURVIVED else ERROR
        yield LogExcerpt(_said(lines, at), rank, at, chain, "\n".join(lines[first:last]))


def _levels(lines: list[str]) -> Iterator[LogExcerpt]:
    """Yield what is an error by its level, by what announces it, or by its words."""
    for at, line in enumerate(lines):
        if words("herald").search(line):
            below = next((each for each in range(at + 1, min(at + 4, len(lines))) if lines[each].strip()), None)
            if below is not None and not words("empty").search(lines[below]):
                yield LogExcerpt(_said(lines, below), UNCAUGHT, below)
            continue
        rank = _rank(line)
        if rank and not words("empty").search(line) and not is_frame(line):
            survived = rank == UNCAUGHT and _ordinary_after(lines, at + 1) >= SURVIVED
            yield LogExcerpt(_said(lines, at), ERROR if survived else rank, at)


def _rank(line: str) -> int:
    if words("fatal").search(line) or RUBY.match(line):
        return UNCAUGHT
    if EXCEPTION.match(line):
        return UNCAUGHT
    if words("error").search(line):
        return ERROR
    return WORDS if words("failure").search(line) and not words("plain").search(line) else 0


def _said(lines: list[str], at: int) -> tuple[str, ...]:
    """Return a decisive line with the lines that continue it."""
    found = [lines[at].strip()]
    for line in lines[at + 1 : at + 1 + BELONGS]:
        if not line.strip() and len(found) == 1 and SAYS_LITTLE.search(found[0]):
            continue
        if not line.strip() or is_frame(line) or (NEW_RECORD.match(line) and not _details(line)):
            break
        noise = not line[0].isspace() and words("empty").search(line) and not _details(line)
        if not noise and not re.search(r"For further information|Background on this error|^\s*\^+\s*$", line):
            found.append(line.strip())
    return tuple(found)


def _details(line: str) -> bool:
    return bool(re.search(r"\b(?:DETAIL|HINT|CONTEXT):", line))


def _ordinary_after(lines: list[str], at: int) -> int:
    """Count the lines after a place that a program writes which goes on with its work."""
    working, leaving = words("working"), words("leaving")
    return sum(bool(working.search(each)) and not leaving.search(each) for each in lines[at:])
