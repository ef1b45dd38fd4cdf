"""The kinds of value that an environment file holds: durations, addresses, paths, secrets, status codes.

Each says how it is checked and what the JSON schema makes of it; `x-kind` is its name in the reference.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, Strict, ValidationInfo, WithJsonSchema

from smokegate.environment import addresses, headers, variables
from smokegate.environment.errors import InvalidValueError

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST = 366 * 24 * 3600.0
"""Seconds; what is longer is a slip of the pen, and overflows the timers of the operating system."""

T = TypeVar("T")


def seconds(text: object, info: ValidationInfo | None = None) -> float:
    """Read a duration such as `"500ms"`, `"2s"`, `"10m"` or `"1h"`; the result is in seconds.

    A float is taken for seconds where a model is built by hand, never in a file.

    Raises:
        InvalidValueError: the text is no duration, or the duration is not between 1 ms and 366 days.
    """
    by_hand = info is None or variables.of(info) is None
    if by_hand and isinstance(text, float):
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


def _kind(name: str, schema: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({**schema, "x-kind": name})


def _text(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": pattern}


def reference(name: str) -> WithJsonSchema:
    """Return the schema of a text that may come from a variable."""
    return _kind(name, {"anyOf": [_text(""), _reference()]})


Duration = Annotated[float, BeforeValidator(seconds), _kind("duration", _text(r"^[0-9]+(\.[0-9]+)?\s*(ms|s|m|h)$"))]
Origin = Annotated[
    str,
    BeforeValidator(addresses.address),
    _kind("address", {"anyOf": [_text("^\\s*https?://"), _reference("default")]}),
]
Path = Annotated[str, AfterValidator(addresses.path), _kind("path", _text("^/"))]
Status = Annotated[int, Field(ge=100, le=599)]
Secret = Annotated[
    str, BeforeValidator(variables.secret), AfterValidator(variables.Hidden), _kind("secret", _reference())
]
UserName = Annotated[str, BeforeValidator(variables.user_name), _kind("secret", _reference())]
Host = Annotated[str, BeforeValidator(addresses.shell_host), _kind("host", {"anyOf": [_text("^[^-]"), _reference()]})]
HostName = Annotated[str, AfterValidator(addresses.host_header)]
ConnectTo = Annotated[str, BeforeValidator(addresses.connect_to), reference("host, optionally with a port")]
HostPort = Annotated[str, AfterValidator(addresses.host_and_port), _kind("host and port", _text(":[0-9]+$"))]
HeaderName = Annotated[str, AfterValidator(headers.header_name)]
HeaderValue = Annotated[
    str,
    BeforeValidator(headers.header_value),
    AfterValidator(variables.Hidden),
    _kind("header value", {"anyOf": [_text(""), _reference("prefix")]}),
]
SentHeaders = Annotated[dict[HeaderName, HeaderValue], BeforeValidator(headers.sent)]
Many = Annotated[tuple[T, ...], Strict(strict=False)]
"""An array: TOML has lists and the model tuples, which a strict model would not take for each other."""
Severity = Literal["gate", "advisory"]
Method = Literal["GET", "HEAD", "OPTIONS", "POST"]
