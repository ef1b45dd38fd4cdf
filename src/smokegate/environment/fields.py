"""The kinds of value that an environment file holds: durations, addresses, paths, secrets, status codes.

Each says how it is checked and what the JSON schema makes of it; `x-kind` is its name in the reference.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from msgspec import Meta

from smokegate.environment import addresses, request_fields, variables
from smokegate.environment.errors import InvalidValueError
from smokegate.environment.notes import After, Before, Kind

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST = 366 * 24 * 3600.0
"""Seconds; what is longer is a slip of the pen, and overflows the timers of the operating system."""

T = TypeVar("T")


def seconds(text: object, given: variables.Variables | None = None) -> float:
    """Read a duration such as `"500ms"`, `"2s"`, `"10m"` or `"1h"`; the result is in seconds.

    A float is taken for seconds where a section is made by hand, never in a file.
    """
    if given is None and isinstance(text, float):
        return text
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(ms|s|m|h)", text) if isinstance(text, str) else None
    if found is None:
        raise InvalidValueError('a duration with its unit, such as "500ms", "2s" or "10m"')
    value = float(found[1]) * UNITS[found[2]]
    if not UNITS["ms"] <= value <= LONGEST:
        raise InvalidValueError('a duration between "1ms" and "8784h"')
    return value


def spelt(duration: float) -> str:
    """Return a duration of so many seconds as a file spells it."""
    unit = next((name for name in ("h", "m", "s") if duration % UNITS[name] == 0), "ms")
    return f"{round(duration / UNITS[unit], 3):.12g}{unit}"


def _reference(*more: str) -> dict[str, Any]:
    name: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
    return {
        "type": "object",
        "description": "The value of an environment variable.",
        "properties": {"env": name, **{key: {"type": "string"} for key in more}},
        "required": ["env"],
        "additionalProperties": False,
    }


def _text(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern}


def reference(name: str) -> Kind:
    """Return the schema of a text that may come from a variable."""
    return Kind({"anyOf": [_text(""), _reference()]}, name)


Duration = Annotated[float, Before(seconds), Kind(_text(r"^[0-9]+(\.[0-9]+)?\s*(ms|s|m|h)$"), "duration")]
Origin = Annotated[
    str,
    Before(addresses.address),
    Kind({"anyOf": [_text("^\\s*https?://"), _reference("default")]}, "address"),
]
Path = Annotated[str, After(addresses.path), Kind(_text("^/"), "path")]
NotEmpty = Annotated[str, Meta(min_length=1)]
Status = Annotated[int, Meta(ge=100, le=599)]
Secret = Annotated[str, Before(variables.secret), After(variables.Hidden), Kind(_reference(), "secret")]
UserName = Annotated[str, Before(variables.user_name), Kind(_reference(), "secret")]
Host = Annotated[str, Before(addresses.shell_host), Kind({"anyOf": [_text("^[^-]"), _reference()]}, "host")]
HostName = Annotated[str, After(addresses.host_header)]
ConnectTo = Annotated[str, Before(addresses.connect_to), reference("host, optionally with a port")]
HostPort = Annotated[str, After(addresses.host_and_port), Kind(_text(":[0-9]+$"), "host and port")]
HeaderName = Annotated[str, After(request_fields.header_name)]
HeaderValue = Annotated[
    str,
    Before(request_fields.header_value),
    After(variables.Hidden),
    Kind({"anyOf": [_text(""), _reference("prefix")]}, "header value"),
]
SentHeaders = Annotated[dict[HeaderName, HeaderValue], Before(request_fields.sent)]
Many: TypeAlias = tuple[T, ...]
"""An array."""
Severity = Literal["gate", "advisory"]
Method = Literal["GET", "HEAD", "OPTIONS", "POST"]
