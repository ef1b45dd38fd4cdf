"""Makes the lines of a log comparable: without colours, JSON records as text, without lines of requests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

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
SERVER_LOG = re.compile(r"\[(?:error|crit|alert|emerg|warn)\]")
WIDTH = 1000
"""So many characters of a line are read: what says why stands before that."""
NAMES = ("msg", "message", "error", "err", "exception", "reason", "detail", "stack", "exc_info", "stack_trace", "attr")
LEVELS = ("level", "severity", "lvl", "s", "@l")
BUNYAN = {"10": "trace", "20": "debug", "30": "info", "40": "warn", "50": "error", "60": "fatal"}
MONGO = {"F": "fatal", "E": "error", "W": "warn", "I": "info"}


def flat(lines: Iterable[str]) -> list[str]:
    """Return the lines as a person reads them; a JSON record becomes a line for its message and its stack."""
    return [part[:WIDTH] for line in lines for part in _flat(line)]


def _flat(line: str) -> Iterator[str]:
    text = GROUP.sub("", COLOURS.sub("", line)) if line.lstrip().startswith("| ") else COLOURS.sub("", line)
    if text.lstrip().startswith("{") and text.rstrip().endswith("}"):
        record = _record(text)
        if record is not None:
            yield from (each for each in record if not REQUEST.search(each))
            return
    if REQUEST.search(text):
        if SERVER_LOG.search(text):
            yield text.split(", client: ")[0]
        return
    yield REJECTION.sub("", text.rstrip())


def _record(text: str) -> list[str] | None:
    """Return a JSON record as lines, None where it is none that a logger writes."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    if not isinstance(value, dict) or not any(name in value for name in (*NAMES, *LEVELS)):
        return None
    level = next((str(value[name]) for name in LEVELS if name in value), "")
    level = BUNYAN.get(level, MONGO.get(level, level))
    parts = [part for name in NAMES if name in value for part in _texts(value[name])]
    if not parts:
        return None
    whole = [line for part in dict.fromkeys(parts) for line in part.splitlines()]
    return [f"level={level} {whole[0]}" if level else whole[0], *whole[1:]]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, dict):
        name, said = value.get("type") or value.get("name") or "", value.get("message") or value.get("msg") or ""
        if said and not value.get("stack"):
            yield f"{name}: {said}" if name else str(said)
        for key in ("stack", "stack_trace", "error", "errmsg", "reason"):
            yield from _texts(value.get(key))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
