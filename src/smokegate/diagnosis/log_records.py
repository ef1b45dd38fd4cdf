"""Records of loggers in JSON: which of their fields say what, and how a person reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

NAMES = (
    *("msg", "message", "m", "mt", "event", "fields", "error", "err", "exception", "thrown", "errormessage"),
    *("exceptionmessage", "reason", "detail", "stack", "excinfo", "stacktrace", "exceptionstacktrace"),
    *("errorstacktrace", "extendedstacktrace", "x", "attr", "details", "internal"),
)
"""The keys of what a logger says, as `_plain_key` writes them, in the order in which a person reads them."""
INNER = (
    "stack",
    "stacktrace",
    "extendedstacktrace",
    "error",
    "err",
    "errmsg",
    "reason",
    "exception",
    "info",
    "internal",
)
"""The keys of an error that is a record itself."""
LEVELS = ("level", "severity", "severitytext", "loglevel", "levelname", "lvl", "s", "l")
BUNYAN = {"10": "trace", "20": "debug", "30": "info", "40": "warn", "50": "error", "60": "fatal"}
MONGO = {"F": "fatal", "E": "error", "W": "warn", "I": "info"}


def fields(text: str) -> dict[str, Any]:
    """Return the fields of a JSON record by their plain keys; none where it is no record."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return {_plain_key(key): each for key, each in value.items()} if isinstance(value, dict) else {}


def record(text: str) -> list[str] | None:
    """Return a JSON record as lines, None where it is none that a logger writes."""
    value = fields(text)
    if not any(name in value for name in (*NAMES, *LEVELS)):
        return None
    level = next((str(value[name]) for name in LEVELS if isinstance(value.get(name), str | int)), "")
    level = BUNYAN.get(level, MONGO.get(level, level))
    parts = [part for name in NAMES if name in value for part in _texts(value[name])]
    if not parts:
        return [""] if all(value.get(name, "") == "" for name in NAMES) else None
    parts = list(dict.fromkeys(parts))
    if len(parts) > 1 and not any("\n" in each for each in parts[:2]):
        parts[:2] = [f"{parts[0]}: {parts[1]}"]  # what a program was about, and why it failed: one line for a person
    whole = [line for part in parts for line in part.splitlines()]
    return [f"level={level} {whole[0]}" if level and re.search(r"\w", whole[0]) else whole[0], *whole[1:]]


def _plain_key(key: str) -> str:
    """Return a key as every logger's: `@m`, `Message`, `log.level`, `stack_trace` and `exception.stacktrace`."""
    return re.sub(r"[@_.-]", "", key).lower()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, dict):
        value = {_plain_key(key): each for key, each in value.items()}
        name = value.get("type") or value.get("name") or value.get("exceptiontype") or value.get("exctype") or ""
        said = value.get("message") or value.get("msg") or value.get("excvalue") or ""
        if said and not (value.get("stack") or value.get("stacktrace")):
            yield f"{name}: {said}" if name else str(said)
        for key in INNER:
            yield from _texts(value.get(key))
        yield from (f"Caused by: {each}" for each in _texts(value.get("causedby")))
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
