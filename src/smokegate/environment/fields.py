"""The kinds of value that an environment file holds: durations, addresses, paths, secrets, status codes."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def seconds(text: object) -> float:
    """Read a duration such as `"500ms"`, `"2s"`, `"10m"` or `"1h"`; the result is in seconds.

    Raises:
        ValueError: the text is no duration, or the duration is not positive.
    """
    if isinstance(text, float):
        return text
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)", text) if isinstance(text, str) else None
    if found is None or float(found[1]) <= 0:
        raise ValueError('expected a duration with its unit, such as "500ms", "2s" or "10m"')
    return float(found[1]) * UNITS[found[2]]


def origin(url: str) -> str:
    """Check an address and drop the slash at its end.

    Raises:
        ValueError: the text is no http or https address with a host, or it carries a user name or password.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError('expected an address such as "https://app.example.com"')
    if parts.username or parts.password:
        raise ValueError("an address must not carry a user name or password")
    return url.rstrip("/")


def path(text: str) -> str:
    """Check that a path starts at the root of its host.

    Raises:
        ValueError: it does not.
    """
    if not text.startswith("/"):
        raise ValueError('expected a path that starts with "/"')
    return text


Duration = Annotated[float, BeforeValidator(seconds)]
Origin = Annotated[str, AfterValidator(origin)]
Path = Annotated[str, AfterValidator(path)]
Status = Annotated[int, Field(ge=100, le=599)]
Secret = str
Severity = Literal["gate", "advisory"]
ReadMethod = Literal["GET", "HEAD", "OPTIONS"]
