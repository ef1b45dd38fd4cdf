"""Finds the lines of a log that say why a program failed, by their structure alone, whatever the program is.

A traceback says it in its last line, Java in the deepest `Caused by`, Node in the line above its frames,
servers in the line with their highest level. What only says that something ended ("Shutting down: Master",
`}`) says nothing. Which cause a line stands for is `log_reasons`' judgement, not this module's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from smokegate.diagnosis.log_lines import flat
from smokegate.knowledge.logs import words

UNCAUGHT, ERROR, WORDS = 3, 2, 1
"""How sure it is that a line says why: an exception or a fatal level, an error level, words of failure."""
BELONGS = 8
"""So many lines after a decisive line may belong to it."""
SURVIVED = 3
"""So many ordinary lines after an error mean that the program went on."""

CLASS = r"(?:[A-Za-z_$][\w$]*(?:\.|::|\\))*[A-Z_$][\w$]*"
EXCEPTION = re.compile(
    rf"^(?:Uncaught |Unhandled (?:exception|rejection)[.:]? *|Exception in thread \"[^\"]*\" )*"
    rf"(?:{CLASS}(?:Error|Exception|Errors|Timeout|Failure|Fault|Exit|NotFound|DoesNotExist|Refused"
    rf"|Denied|Configured|Invalid|Missing|Unavailable|ConnectionBad)(?: \[\w+\]| \(\w+\))?(?::\s|:?$)"
    rf"|(?:[a-z_][\w]*\.)+[A-Z]\w+: )"
)
LIBRARY = re.compile(
    r"site-packages|node_modules|/s?bin/|/rustc/|ignore-listed|^\.\.\. \d|/lib/python|<frozen|node:|/gems/|/vendor/"
    r"|\bext:"
    r"|^at (?:async )?(?:java|javax|jakarta|jdk|sun|kotlin|scala|Microsoft|System|Npgsql)\."
    r"|^at (?:org|com|io)\.(?:springframework|hibernate|apache|postgresql|flywaydb|zaxxer|mysql|sun|netty|micrometer)\."
)
"""Frames that are not the program's own."""
PYTHON_FRAME = re.compile(r'^\s+File "[^"]+", line \d+')
FRAME = re.compile(
    r"^\s+at \S|^\s+from \S+:\d+:in |^\s*\.\.\. \d+ (?:more|common frames)|^goroutine \d+|^#\d+ |^ +\d+: \S+::\S"
    r"|^\d+\. .+ @ 0x"
)
DEEPER = re.compile(r"^\s*(?:Caused by:|---> |\[cause\]:|cause: (?=\w*Error)|Caused by )\s*(?P<rest>\S.*)")
RUBY = re.compile(r"^(?:bundler: failed to load command.*|\S+\.r[bu]:\d+:(?:in .+:)? .*\([A-Z][\w:]*\))$")
NEW_RECORD = re.compile(
    r"^(?:\[?\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d[.,]\d|level=\w|\[?(?:INFO|ERROR|WARN(?:ING)?|DEBUG|CRITICAL|FATAL|TRACE|LOG)\b|\[\d|Traceback"
    r"|\d+:[A-Z] \d)"
)
"""How loggers begin a record."""
SAYS_LITTLE = re.compile(r"\w:$|: +\([A-Z][\w:]*\)$|^(?:\w+: )?[A-Z]+\d+:?$")
"""A line that only announces what it says after an empty one: a class of an error, or its number."""
CHAINED = re.compile(r"The above exception was|During handling of")


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
        frames = [line.strip() for line in self.context.splitlines() if _is_frame(line)]
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
    for first, last in _blocks(lines):
        heads = sorted({_message_start(lines, first, at) for at in range(first, last) if _is_head(lines, at)})
        if not heads:
            continue
        deep = [at for at in heads if DEEPER.match(lines[at])]
        at = deep[-1] if deep else heads[-1]
        chain = tuple(_said(lines, each)[0] for each in reversed(heads) if each != at)
        rank = UNCAUGHT if _ordinary_after(lines, last) < SURVIVED else ERROR
        yield LogExcerpt(_said(lines, at), rank, at, chain, "\n".join(lines[first:last]))


def _blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of lines with frames and what stands around them."""
    at = 0
    while at < len(lines):
        if not _is_frame(lines[at]):
            at += 1
            continue
        first = _block_start(lines, at)
        last = _block_end(lines, at)
        yield first, last
        at = last


def _block_start(lines: list[str], at: int) -> int:
    """Return where the message above the first frame begins; a traceback has its message below."""
    first = at
    while first > 0 and at - first < BELONGS + 16 and not PYTHON_FRAME.match(lines[at]):
        if (
            not lines[first - 1].strip()
            or NEW_RECORD.match(lines[first - 1])
            or lines[first].startswith("Exception in")
        ):
            break
        first -= 1
        if EXCEPTION.match(lines[first]):
            break
    if first == at and at > 0 and lines[at - 1].strip():
        first -= 1
    return first


def _block_end(lines: list[str], at: int) -> int:
    last = at + 1
    while last < len(lines):
        line = lines[last]
        chained = CHAINED.search("".join(lines[last - 1 : last + 2]))
        if _is_frame(line) or line.startswith((" ", "\t")) or DEEPER.match(line) or chained:
            last += 1
        elif line.strip() and (_is_frame(lines[last - 1]) or lines[last - 1].startswith((" ", "\t", "Traceback"))):
            last += 1
            if not _more_frames(lines, last):
                return last
        elif (not line.strip() and _more_frames(lines, last)) or re.match(r"^(?:Traceback|\S*\s*Traceback \()", line):
            last += 1
        else:
            break
    return last


def _more_frames(lines: list[str], at: int) -> bool:
    """Return whether the same chain goes on within the next lines."""
    return any(CHAINED.search(each) or DEEPER.match(each) for each in lines[at : at + 4])


def _is_head(lines: list[str], at: int) -> bool:
    """Return whether a line within a block is the message of an exception."""
    line = lines[at]
    if _is_frame(line) or words("empty").search(line) or not line.strip():
        return False
    if DEEPER.match(line) or EXCEPTION.match(line) or RUBY.match(line):
        return True
    after_frames = at > 0 and not line.startswith((" ", "\t")) and lines[at - 1].startswith((" ", "\t"))
    before_frames = at + 1 < len(lines) and bool(re.match(r"^\s+at \S", lines[at + 1]))
    return (after_frames and not NEW_RECORD.match(line)) or (before_frames and bool(re.search(r"\w: \S", line)))


def _message_start(lines: list[str], first: int, at: int) -> int:
    """Return where the message begins that ends in the line above the frames: it may have several lines."""
    if EXCEPTION.match(lines[at]) or DEEPER.match(lines[at]) or RUBY.match(lines[at]):
        return at
    for above in range(at - 1, first - 1, -1):
        if not lines[above].strip() or _is_frame(lines[above]):
            break
        if EXCEPTION.match(lines[above]) or lines[above].startswith("Error: "):
            return above
    return at


def _levels(lines: list[str]) -> Iterator[LogExcerpt]:
    """Yield what is an error by its level, by what announces it, or by its words."""
    for at, line in enumerate(lines):
        if words("herald").search(line):
            below = next((each for each in range(at + 1, min(at + 4, len(lines))) if lines[each].strip()), None)
            if below is not None and not words("empty").search(lines[below]):
                yield LogExcerpt(_said(lines, below), UNCAUGHT, below)
            continue
        rank = _rank(line)
        if rank and not words("empty").search(line) and not _is_frame(line):
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
        if not line.strip() or _is_frame(line) or (NEW_RECORD.match(line) and not _details(line)):
            break
        noise = not line[0].isspace() and words("empty").search(line) and not _details(line)
        if not noise and not re.search(r"For further information|Background on this error|^\s*\^+\s*$", line):
            found.append(line.strip())
    return tuple(found)


def _details(line: str) -> bool:
    return bool(re.search(r"\b(?:DETAIL|HINT|CONTEXT):", line))


def _is_frame(line: str) -> bool:
    return bool(FRAME.match(line) or PYTHON_FRAME.match(line))


def _ordinary_after(lines: list[str], at: int) -> int:
    """Count the lines after a place that a program writes which goes on with its work."""
    working, leaving = words("working"), words("leaving")
    return sum(bool(working.search(each)) and not leaving.search(each) for each in lines[at:])
