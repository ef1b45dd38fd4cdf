"""The kinds of value that an environment file holds: durations, addresses, paths, secrets, status codes.

Each kind says itself how it is checked and how the JSON schema describes it. `x-kind` is its name in the reference.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, Strict, ValidationInfo, WithJsonSchema

from smokegate.environment import variables
from smokegate.environment.errors import UnfitError
from smokegate.environment.wording import describe

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST = 366 * 24 * 3600.0
"""Seconds; what is longer is a slip of the pen, and overflows the timers of the operating system."""
DURATION = 'a duration with its unit, such as "500ms", "2s" or "10m"'
ADDRESS = 'an address such as "https://app.example.com"'
CREDENTIALS = re.compile(
    r"authorization|cookie|token|secret|password|api-?key|credential|session", re.IGNORECASE
)
"""Names of request headers that hold a credential."""

T = TypeVar("T")


def seconds(text: object, info: ValidationInfo | None = None) -> float:
    """Read a duration such as `"500ms"`, `"2s"`, `"10m"` or `"1h"`; the result is in seconds.

    A number of seconds is taken as it is where a model is built by hand, never from a file.

    Raises:
        UnfitError: the text is no duration, or the duration is not between 1 ms and 366 days.
    """
    by_hand = info is None or variables.of(info) is None
    if by_hand and isinstance(text, float):
        return text
    found = (
        re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(ms|s|m|h)", text) if isinstance(text, str) else None
    )
    if found is None:
        raise UnfitError(DURATION)
    value = float(found[1]) * UNITS[found[2]]
    if not UNITS["ms"] <= value <= LONGEST:
        raise UnfitError('a duration between "1ms" and "8784h"')
    return value


def origin(url: str) -> str:
    """Check an address and drop the slash at its end.

    Raises:
        UnfitError: the text is no http or https address with a host, or it carries a user name, a password, a query
            or a fragment.
    """
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and _host(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not url.isprintable() or " " in url:
        raise UnfitError(ADDRESS)
    if "@" in parts.netloc:
        raise UnfitError("an address without user name and password", found="one that carries them")
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise UnfitError("an address without query and fragment")
    return url.rstrip("/")


def _host(name: str | None) -> bool:
    if name is None:
        return False
    if ":" in name:
        return re.fullmatch(r"[0-9a-f:.]+(%\w+)?", name) is not None
    try:
        ascii_name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    return len(ascii_name) <= 253 and all(
        re.fullmatch(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", label, re.IGNORECASE)
        for label in ascii_name.removesuffix(".").split(".")
    )


def address(value: object, info: ValidationInfo) -> str:
    """Read an address or the variable that holds it.

    Raises:
        UnfitError: it is no address.
        MissingVariableError: the variable is not set or empty, and there is no default.
    """
    text = variables.resolve(value, variables.of(info), "address").strip()
    try:
        return origin(text)
    except UnfitError as error:
        if isinstance(value, dict) and error.found is None:
            raise UnfitError(error.expected, found=f"{describe(text)} from {_source(value)}") from None
        raise


def _source(reference: dict[str, str]) -> str:
    return f"the environment variable {reference['env']}" + (
        " or its default" if "default" in reference else ""
    )


def path(text: str) -> str:
    """Check that a path starts at the root of its host.

    Raises:
        UnfitError: it does not, or it holds a space, a fragment or a control character.
    """
    if not text.startswith("/"):
        raise UnfitError('a path that starts with "/"')
    if "#" in text or " " in text or not text.isprintable():
        raise UnfitError("a path without spaces, control characters and #fragment")
    return text


def text_or_variable(value: object, info: ValidationInfo) -> str:
    """Read a text or the variable that holds it.

    Raises:
        UnfitError: it is neither, or it starts with a dash, which a command would take for an option.
        MissingVariableError: the variable is not set or empty.
    """
    text = variables.resolve(value, variables.of(info), "text")
    if not text or text.startswith("-") or not text.isprintable() or " " in text:
        raise UnfitError('`user@host` or a host of the OpenSSH configuration, without spaces and leading "-"')
    return text


def header_name(name: str) -> str:
    """Check the name of a header field (RFC 9110, 5.1).

    Raises:
        UnfitError: it holds a character that no field name may hold.
    """
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
        raise UnfitError("the name of an HTTP header", found=describe(name))
    return name


def header_value(value: object, info: ValidationInfo) -> str:
    """Read the value of a request header, or the variable that holds it.

    Raises:
        UnfitError: it holds a line break or another character that no field value may hold.
        MissingVariableError: the variable is not set or empty.
    """
    given = variables.of(info)
    text = variables.resolve(value, given, "header")
    if re.search(r"[^\t\x20-\x7e\x80-\xff]", text) or text != text.strip():
        held = f"that the variable {value['env']} holds one" if isinstance(value, dict) else "one"
        raise UnfitError(
            "a header value without line breaks, control characters and outer spaces", found=held
        )
    if given is not None:
        variables.remember_header(value, text, given)
    return text


def sent(headers: Any, info: ValidationInfo) -> Any:
    """Refuse a credential that is written down as a request header.

    Raises:
        UnfitError: a header whose name says that it is a credential has a literal value.
    """
    if variables.of(info) is not None and isinstance(headers, dict):
        for name, value in headers.items():
            if isinstance(value, str) and CREDENTIALS.search(name):
                wanted = f'{name} = {{ env = "NAME" }} (or with prefix = "Bearer "): a secret is never written down'
                raise UnfitError(wanted, found="a literal value")
    return headers


def host_and_port(text: str) -> str:
    """Check a `host:port`.

    Raises:
        UnfitError: it is none.
    """
    found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^\s:\[\]]+):([0-9]{1,5})", text, re.IGNORECASE)
    if found is None or not 1 <= int(found[2]) <= 65535 or not _host(found[1].strip("[]")):
        raise UnfitError('a "host:port" such as "1.1.1.1:443"')
    return text


def _reference(description: str, *more: str) -> dict[str, Any]:
    name: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
    return {
        "type": "object",
        "description": description,
        "properties": {"env": name, **{key: {"type": "string"} for key in more}},
        "required": ["env"],
        "additionalProperties": False,
    }


def _kind(name: str, schema: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({**schema, "x-kind": name})


_ADDRESS = {"type": "string", "pattern": "^https?://"}
_FROM = "From an environment variable."

Duration = Annotated[
    float,
    BeforeValidator(seconds),
    _kind("duration", {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?\s*(ms|s|m|h)$"}),
]
Origin = Annotated[
    str, BeforeValidator(address), _kind("address", {"anyOf": [_ADDRESS, _reference(_FROM, "default")]})
]
Path = Annotated[str, AfterValidator(path), _kind("path", {"type": "string", "pattern": "^/"})]
Status = Annotated[int, Field(ge=100, le=599)]
Secret = Annotated[str, BeforeValidator(variables.secret), _kind("secret", _reference(_FROM))]
Host = Annotated[
    str,
    BeforeValidator(text_or_variable),
    _kind("host", {"anyOf": [{"type": "string"}, _reference(_FROM)]}),
]
HostPort = Annotated[
    str, AfterValidator(host_and_port), _kind("host:port", {"type": "string", "pattern": ":[0-9]+$"})
]
HeaderName = Annotated[str, AfterValidator(header_name)]
HeaderValue = Annotated[
    str,
    BeforeValidator(header_value),
    _kind("header value", {"anyOf": [{"type": "string"}, _reference(_FROM, "prefix")]}),
]
SentHeaders = Annotated[dict[HeaderName, HeaderValue], BeforeValidator(sent)]
Many = Annotated[tuple[T, ...], Strict(strict=False)]
"""An array: TOML has lists, the model holds tuples, which a strict model would not take for each other."""
Severity = Literal["gate", "advisory"]
ReadMethod = Literal["GET", "HEAD", "OPTIONS"]
