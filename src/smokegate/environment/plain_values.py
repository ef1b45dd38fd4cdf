"""Values of plain types: strings, numbers, choices; and in words why a value is none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

from msgspec import ValidationError, convert

from smokegate.environment.errors import InvalidValueError
from smokegate.environment.wording import describe, did_you_mean

WORDS = {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}


def plain(wanted: Any, value: object) -> Any:
    """Return a value of a plain type, within its limits."""
    try:
        return convert(value, wanted)
    except ValidationError:
        raise _unfit(wanted, value) from None


def _unfit(wanted: Any, value: object) -> InvalidValueError:
    """Return in words that a value is not of a plain type, or not within its limits."""
    if get_origin(wanted) is Literal:
        choices = get_args(wanted)
        near = (
            did_you_mean(value, [each for each in choices if isinstance(each, str)]) if isinstance(value, str) else ""
        )
        return InvalidValueError(_either(choices), found=describe(value) + near)
    plain, limits = (get_args(wanted)[0], get_args(wanted)[1:]) if get_origin(wanted) is Annotated else (wanted, ())
    if isinstance(value, plain) and not isinstance(value, bool):
        for limit in limits:
            if limit.ge is not None and value < limit.ge:
                return InvalidValueError(f"a number of at least {limit.ge}")
            if limit.le is not None and value > limit.le:
                return InvalidValueError(f"a number of at most {limit.le}")
            if limit.pattern is not None:
                return InvalidValueError(f"a text that matches {limit.pattern}")
        return InvalidValueError("a text")
    return InvalidValueError(WORDS[plain])


def _either(choices: Sequence[Any]) -> str:
    *others, last = map(repr, choices)
    return f"{', '.join(others)} or {last}" if others else last
