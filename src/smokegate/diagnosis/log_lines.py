"""Makes the lines of a log comparable: without colours, JSON records as text, without lines of requests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from os.path import commonprefix
from re import Pattern

from smokegate.diagnosis.log_records import NAMES, fields, record

COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\[(?:\d{1,2};)*\d{1,2}m")
GROUP = re.compile(r"^\s*\| ?")
"""How Python draws exception groups."""
REQUEST = re.compile(
    r"\"?(?:GET|POST|HEAD|PUT|PATCH|DELETE|OPTIONS|PROPFIND|CONNECT|TRACE) \S+ HTTP/\d|\" \d{3} \d+ \""
    r"|(?i:\b(?:GET|POST|HEAD|PUT|PATCH|DELETE|OPTIONS) /\S* \d{3}\b)"
)
"""A request that was answered: clients choose its words."""
REJECTION = re.compile(r"This error originated either by throwing .{0,200}?rejected with the reason ")
"""What Node says of every promise that nothing handles, before the words that decide."""
COLLECTED = re.compile(
    r"^(?:[\w.-]+[-_.]\d+ +\|(?: |$)|\d+\|[\w.-]+ +\|(?: |$)|\d\d:\d\d:\d\d (?=[\w.-]+ +\|)"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6,}(?:Z|[+-]\d\d:\d\d)(?: |$)(?:std(?:out|err) [FP](?: |$))?"
    r"|[A-Z][a-z]{2} +\d+ [\d:]{8} \S+ [\w./-]+\[\d+\]:(?: |$))+"
)
"""What a collector of logs puts before every line: compose, `docker logs -t`, Kubernetes' runtime, syslog, foreman."""
FEWEST = 2
"""So many lines must begin alike before that is taken for the work of what collects them."""
DIGITS = re.compile(r"\d+")
CLOSING = re.compile(r"[\]|:-] |\b(?:error|err|info|warn(?:ing)?|debug|notice|critical|fatal)\b[\]:]? ", re.IGNORECASE)
INDENTED = re.compile(r"^\s+(?!(?:at|from|File|\.{3}) )\S")
"""An indented line that is no frame: where every line begins with a space, what collects them has indented them."""
WRAPPED = re.compile(r'^\{.*"(?:msg|message|event|m|@mt?)": ?"(?:\\t| {2,})(?:at |File |from |\(\w)')
"""A record that holds a frame and no more: what collects the lines has made it, and its level is not the program's."""
LEVEL = re.compile(
    r"^.*?(?:\blevel=(?i:err(?:or)?|fatal|critical)"
    r"|\b(?:ERR(?:OR)?|FATAL|CRITICAL|err(?:or)?|fatal|critical))\b\]?:?(?: |$)"
)
"""What stands before the words of an error."""
TAGS = re.compile(
    r"(?:[\d:.,TZ+/-]+ |UTC |\[\d[^\]]+\] )*"
    r"(?:\[(?:0|(?!(?i:[^\]]*(?:err|fatal|crit|emerg|alert|panic|severe)))[A-Za-z][^\]]*)\] "
    r"|[\w./-]+\[[\w.]+\]:? |[\w./-]+ +\| )+"
)
"""`[api] `, `app[web.1]: `, `web | `, with a time before it: who writes the line."""
RUST_CAUSE = re.compile(r"^\s+(?:\d+: )?")
SERVER_LOG = re.compile(r"\[(?:error|crit|alert|emerg|warn)\]")
WIDTH = 1000
"""So many characters of a line are read: what says why stands before that."""


def flat(lines: Iterable[str]) -> list[str]:
    """Return the lines as a person reads them; a JSON record becomes a line for its message and its stack."""
    return _joined([part[:WIDTH] for line in _uncollected(lines) for part in _flat(line)])


def without_level(log: Iterable[str]) -> list[str]:
    """Return the lines without a level of errors that each of them has: what collects them gives it to all.

    Empty where not every line begins alike up to such a level.
    """
    lines = [line for line in flat(log) if line.strip()]
    begun = {DIGITS.sub("0", found[0]).rstrip() for line in lines if (found := LEVEL.match(line))}
    if len(lines) < FEWEST or len(begun) != 1 or not all(LEVEL.match(line) for line in lines):
        return []
    return [LEVEL.sub("", line, count=1) for line in lines]


def _joined(lines: list[str]) -> list[str]:
    """Return the lines with the causes that Rust lists below an error in the line of that error."""
    found: list[str] = []
    at = 0
    while at < len(lines):
        causes = 0
        if lines[at].strip() == "Caused by:" and any(each.startswith("Error: ") for each in found[-2:]):
            causes = next((n for n, each in enumerate(lines[at + 1 :]) if not each.startswith("  ")), len(lines))
        if causes:
            below = [RUST_CAUSE.sub("", each) for each in lines[at + 1 : at + 1 + causes]]
            found = found if found[-1].strip() else found[:-1]
            found[-1] = ": ".join([found[-1], *below])[:WIDTH]
        else:
            found.append(lines[at])
        at += 1 + causes
    return found


def _uncollected(lines: Iterable[str]) -> list[str]:
    """Return the lines as the program wrote them, where a collector has put something before each of them."""
    given = [_unwrapped(line) for line in lines]
    if any(WRAPPED.match(line) for line in given):
        given = [part for line in given for part in _alone(line)]
    if all(COLLECTED.match(line) for line in given if line.strip()):
        given = [COLLECTED.sub("", line) for line in given]
    start = _common_start([line for line in given if line.strip()])
    return given if start is None else [start.sub("", line) for line in given]


def _common_start(lines: Sequence[str]) -> Pattern[str] | None:
    """Return what stands before every line: the name of who writes it, or whatever a text of several lines has there.

    Such a text shows by the lines that are indented; Celery and Passenger write the output of others in this way.
    """
    if len(lines) < FEWEST:
        return None
    common = commonprefix([DIGITS.sub("0", f"{line} ") for line in lines])  # noqa: RUF071 -- characters are meant
    if common[:1].isspace() and any(INDENTED.match(line) for line in lines):
        return re.compile("^" + re.escape(common[: len(common) - len(common.lstrip())]))
    found = TAGS.match(common)
    closing = max((each.end() for each in CLOSING.finditer(common)), default=0)
    for end in sorted({closing, found.end() if found else 0} - {0}, reverse=True):
        start = re.compile("^" + re.escape(common[:end].rstrip()).replace("0", r"\d+") + "(?: |$)")
        if (found and end <= found.end()) or any(start.sub("", line)[:1].isspace() for line in lines):
            return start
    return None


def _unwrapped(line: str) -> str:
    """Return the line that a record of Docker's own log file holds."""
    if not line.startswith('{"log":"'):
        return line
    try:
        return str(json.loads(line)["log"]).rstrip("\n")
    except ValueError:
        return line


def _alone(line: str) -> list[str]:
    """Return what a record says where it says nothing else, with its spaces and without its level."""
    value = fields(line)
    said = [value[name] for name in NAMES if name in value]
    return said[0].splitlines() if len(said) == 1 and isinstance(said[0], str) else [line]


def _flat(line: str) -> Iterator[str]:
    text = COLOURS.sub("", line)
    if text.lstrip().startswith("|"):
        text = GROUP.sub("", text)
        if not text:
            return
    if text.lstrip().startswith("{") and text.rstrip().endswith("}"):
        lines = record(text)
        if lines is not None:
            yield from (each for each in lines if not REQUEST.search(each))
            return
    if REQUEST.search(text):
        if SERVER_LOG.search(text):
            yield text.split(", client: ")[0]
        return
    yield REJECTION.sub("", text.rstrip())
