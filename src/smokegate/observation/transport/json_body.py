"""Parses a JSON body within caps on length, number of values, nesting depth and digits."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from smokegate.observation.transport.limits import (
    MAX_JSON,
    MAX_JSON_DEPTH,
    MAX_JSON_VALUES,
    MAX_NUMBER,
    MAX_WIDE_JSON,
    TooLargeError,
)

STRUCTURE = re.compile(r"\s*[{\[]")
"""Start of an object or array."""
ESCAPED = re.compile(r"\\u[dD][89abAB]")
"""JSON escape of a character outside the basic plane."""


def parse(text: str, content_type: str) -> tuple[Any, bool]:
    """Return the JSON value of a body and whether the body is JSON.

    A body is JSON by its content type, or if it parses as an object or array whatever its type: an expectation about
    its keys must not fail because of a wrong header. Raises TooLargeError only by its type.
    """
    declared = content_type.partition(";")[0].strip().lower().endswith(("/json", "+json"))
    if not (declared or STRUCTURE.match(text)):
        return None, False
    try:
        return _value(text), True
    except TooLargeError:
        if declared:
            raise
    except ValueError:
        pass
    return None, False


def _value(text: str) -> Any:
    wide = sys.getsizeof(text) > 3 * len(text) or ESCAPED.search(text) is not None
    limit = MAX_WIDE_JSON if wide else MAX_JSON
    if len(text) > limit:
        raise TooLargeError(f"the JSON body has more than {limit} characters")
    if text.count(",") + text.count("[") + text.count("{") > MAX_JSON_VALUES:
        raise TooLargeError(f"the JSON body has more than {MAX_JSON_VALUES} values")
    try:
        value = json.loads(text, parse_int=_integer, parse_float=_float, parse_constant=_constant)
    except RecursionError:
        value = None
    else:
        if not _is_deeper(value, MAX_JSON_DEPTH):
            return value
    raise TooLargeError(f"the JSON body has more than {MAX_JSON_DEPTH} levels")


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER:
        raise TooLargeError(f"the JSON body has a number of {len(text)} digits")
    return int(text)


def _float(text: str) -> float:
    if len(text) > MAX_NUMBER:
        raise TooLargeError(f"the JSON body has a number of {len(text)} digits")
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise TooLargeError(f"the JSON body has a number that is out of range: {text[:40]}")
    return value


def _constant(text: str) -> float:
    raise ValueError(f"{text} is not JSON")


def _is_deeper(value: Any, levels: int) -> bool:
    """Return whether a value is nested deeper than `levels`."""
    level = [value]
    for _ in range(levels + 1):
        level = [
            each
            for one in level
            if isinstance(one, dict | list)
            for each in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True
