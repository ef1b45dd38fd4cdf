"""Finds the stack traces of a log and the messages that belong to them, by their frames, whatever the language is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smokegate.knowledge.logs import words

BELONGS = 8
"""So many lines after a decisive line may belong to it."""
CLASS = r"(?:[A-Za-z_$][\w$]*(?:\.|::|\\))*[A-Z_$][\w$]*"
EXCEPTION = re.compile(
    rf"^(?:Uncaught |Unhandled (?:exception|rejection)[.:]? *|Exception in thread \"[^\"]*\" )*"
    rf"(?:{CLASS}(?:Error|Exception|Errors|Timeout|Failure|Fault|Exit|NotFound|DoesNotExist|Refused"
    rf"|Denied|Configured|Invalid|Missing|Unavailable|ConnectionBad)(?: \[\w+\]| \(\w+\))?(?::\s|:?$)"
    rf"|(?:[a-z_][\w]*\.)+[A-Z]\w+: )"
)
PYTHON_FRAME = re.compile(r'^\s+File "[^"]+", line \d+')
FRAME = re.compile(
    r"^\s+at \S|^\s+from \S+:\d+:in |^\s*\.\.\. \d+ (?:more|common frames)|^goroutine \d+|^#\d+ |^ +\d+: \S+::\S"
    r"|^\d+\. .+ @ 0x"
)
DEEPER = re.compile(r"^\s*(?:Caused by:|---> |\[cause\]:|cause: (?=\w*Error)|Caused by )\s*(?P<rest>\S.*)")
RUBY = re.compile(r"^(?:bundler: failed to load command.*|\S+\.r[bu]:\d+:(?:in .+:)? .*\([A-Z][\w:]*\))$")
NEW_RECORD = re.compile(
    r"^(?:\[?\d{4}[-/]\d\d[-/]\d\d|\d\d:\d\d:\d\d[.,]\d|level=\w|\[?(?:INFO|ERROR|WARN(?:ING)?|DEBUG|CRITICAL|FATAL|TRACE|LOG)\b|\[\d|Traceback"
    r"|(?:trce|dbug|info|warn|fail|crit): \S|\d+:[A-Z] \d)"
)
"""How loggers begin a record."""
CHAINED = re.compile(r"The above exception was|During handling of")


def is_frame(line: str) -> bool:
    """Return whether a line is a frame of a stack trace, whatever the language."""
    return bool(FRAME.match(line) or PYTHON_FRAME.match(line))


def blocks(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of lines with frames and what stands around them."""
    at = 0
    while at < len(lines):
        if not is_frame(lines[at]):
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
        if is_frame(line) or line.startswith((" ", "\t")) or DEEPER.match(line) or chained:
            last += 1
        elif line.strip() and (is_frame(lines[last - 1]) or lines[last - 1].startswith((" ", "\t", "Traceback"))):
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


def is_head(lines: list[str], at: int) -> bool:
    """Return whether a line within a block is the message of an exception."""
    line = lines[at]
    if is_frame(line) or words("empty").search(line) or not line.strip():
        return False
    if DEEPER.match(line) or EXCEPTION.match(line) or RUBY.match(line):
        return True
    after_frames = at > 0 and not line.startswith((" ", "\t")) and lines[at - 1].startswith((" ", "\t"))
    before_frames = at + 1 < len(lines) and bool(re.match(r"^\s+at \S", lines[at + 1]))
    return (after_frames and not NEW_RECORD.match(line)) or (before_frames and bool(re.search(r"\w: \S", line)))


def message_start(lines: list[str], first: int, at: int) -> int:
    """Return where the message begins that ends in the line above the frames: it may have several lines."""
    if EXCEPTION.match(lines[at]) or DEEPER.match(lines[at]) or RUBY.match(lines[at]):
        return at
    for above in range(at - 1, first - 1, -1):
        if not lines[above].strip() or is_frame(lines[above]):
            break
        if EXCEPTION.match(lines[above]) or lines[above].startswith("Error: "):
            return above
    return at
