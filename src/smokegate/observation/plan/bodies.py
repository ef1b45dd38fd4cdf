"""Encodes request bodies as JSON or as an HTML form."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode


def encoded(kind: str, fields: dict[str, Any]) -> tuple[str, bytes | None]:
    """Return content type and body for some fields; dots in JSON names separate levels."""
    if kind == "form":
        pairs = {name: str(value).lower() if isinstance(value, bool) else value for name, value in fields.items()}
        return "application/x-www-form-urlencoded", urlencode(pairs).encode()
    if not fields:
        return "", None
    return "application/json", json.dumps(nested(fields)).encode()


def nested(fields: dict[str, Any]) -> dict[str, Any]:
    """Nest fields with dots in their names: `user.email` is the key `email` of the object `user`."""
    result: dict[str, Any] = {}
    for name, value in fields.items():
        *above, last = name.split(".")
        level = result
        for key in above:
            inner = level.setdefault(key, {})
            level = inner if isinstance(inner, dict) else level.setdefault(f"{key}.", {})
        level[last] = value
    return result
