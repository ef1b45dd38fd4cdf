"""The output sink: all files, lines and messages of this process pass through here.

There is one per process, because a terminal, log or report shows several environments, and none may show another's
secrets. It knows the secrets of every loaded environment and the credentials found in answers.
"""

from __future__ import annotations

import json
from typing import Any

from smokegate.observation.evidence.clean import UNSAFE, clean, safe, safe_lines
from smokegate.observation.evidence.redact import Redactor

SINK = Redactor()
ITEM = 4
"""Depth of items in the run's document; only our own keys are above."""
ENCODED = json.JSONEncoder(ensure_ascii=False, default=str).encode


def shown(text: str) -> str:
    """Return a multi-line text for output: no secret, no unsafe character, no workflow command."""
    return safe_lines(SINK.text(text))


def line(text: str) -> str:
    """Return a text as one line for output."""
    return safe(SINK.text(text))


def page(text: str) -> str:
    """Return already escaped text, such as a page, without secrets."""
    return SINK.text(text)


def plain(text: str) -> str:
    """Return a text for an HTML page, before it is escaped: no secret, no unsafe character."""
    return clean(SINK.text(text))


def without_secrets(value: Any, depth: int = 0) -> Any:
    """Return a JSON value without secrets in its strings and keys.

    An item of a document (an exchange, a check) that holds none is searched once, as one text.
    """
    if isinstance(value, str):
        return SINK.text(value)
    if not isinstance(value, dict | list) or (depth >= ITEM and not SINK.spans(ENCODED(value))):
        return value
    if isinstance(value, dict):
        keys = value if depth < ITEM else (SINK.text(str(key)) for key in value)
        return dict(zip(keys, (without_secrets(each, depth + 1) for each in value.values()), strict=True))
    return [without_secrets(each, depth + 1) for each in value]


def escaped(value: Any) -> str:
    """Return a value without secrets as JSON without raw unsafe characters."""
    return UNSAFE.sub(_escaped, ENCODED(value))


def encoded(value: Any) -> str:
    """Return a value as JSON for output: no secret in its strings and keys, no raw unsafe character."""
    return escaped(without_secrets(value, ITEM))


def _escaped(found: Any) -> str:
    number = ord(found[0])
    if number > 0xFFFF:
        high, low = divmod(number - 0x10000, 0x400)
        return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
    return f"\\u{number:04x}"
