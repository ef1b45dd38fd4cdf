"""The header and body fields that a request sends: plain values, and credentials that come from variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from smokegate.environment import variables
from smokegate.environment.errors import InvalidValueError
from smokegate.environment.notes import Before, Kind
from smokegate.environment.wording import describe

CREDENTIALS = re.compile(r"auth|cookie|token|secret|password|api-?key|credential|session", re.IGNORECASE)
"""What the names of request headers have in them that hold a credential."""


def header_name(name: str) -> str:
    """Check the name of a header field (RFC 9110, 5.1)."""
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise InvalidValueError("the name of an HTTP header", found=describe(name))
    return name


def header_value(value: object, given: variables.Variables | None) -> str:
    """Read the value of a request header, or the variable that holds it (RFC 9110, 5.5)."""
    text = variables.resolve(value, given, "header")
    if re.search(r"[^\t\x20-\x7e\x80-\xff]", text) or text != text.strip():
        found = f"one in the variable {value['env']}" if isinstance(value, dict) else "one"
        raise InvalidValueError("no line break, control character or outer space in a header value", found=found)
    if given is not None:
        variables.remember_header(value, text, given)
    return text


def sent(headers: Any, given: variables.Variables | None) -> Any:
    """Refuse a credential that is written down as a request header: its name says that it is one."""
    if given is not None and isinstance(headers, dict):
        for name, value in headers.items():
            if not CREDENTIALS.search(name):
                continue
            if isinstance(value, str):
                wanted = f"{describe(name)} as {variables.REFERENCE}, with a prefix if need be: a secret"
                raise InvalidValueError(f"{wanted} is never written down", found="a literal value")
            text = given.values.get(str(value.get("env")), "").strip() if isinstance(value, dict) else ""
            if text:
                variables.refuse_short(text, value["env"])
    return headers


def body_fields(value: Any, given: variables.Variables | None) -> Any:
    """Read the further fields of a body: plain values, and those that hold a credential from variables."""
    if not isinstance(value, Mapping):
        raise InvalidValueError("a table of field names and values", found=describe(value))
    return {name: _field(str(name), each, given) for name, each in value.items()}


def _field(name: str, value: Any, given: variables.Variables | None) -> Any:
    if isinstance(value, str | bool | int | float):
        if given is not None and isinstance(value, str) and CREDENTIALS.search(name):
            wanted = f"{describe(name)} as {variables.REFERENCE}: a secret is never written down"
            raise InvalidValueError(wanted, found="a literal value")
        return value
    text = variables.resolve(value, given, "text")
    if CREDENTIALS.search(name):
        variables.refuse_short(text, value["env"])
    if given is not None and variables.length_of(text) >= variables.SHORTEST:
        given.secrets.add(text)
    return variables.Hidden(text)


PLAIN: dict[str, Any] = {"type": ["string", "boolean", "number"]}
NAMED: dict[str, Any] = {
    "type": "object",
    "properties": {"env": {"type": "string"}},
    "required": ["env"],
    "additionalProperties": False,
}
Fields = Annotated[
    dict[str, Any],
    Before(body_fields),
    Kind(
        {"type": "object", "additionalProperties": {"anyOf": [PLAIN, NAMED]}},
        'table of: text, number, `true`, `false` or `{ env = "NAME" }`',
    ),
]
