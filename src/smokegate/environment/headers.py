"""Header fields of an environment file: those that a request sends, and those that are promised."""

from __future__ import annotations

import re
from typing import Any

from smokegate.environment import variables
from smokegate.environment.errors import InvalidValueError
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
