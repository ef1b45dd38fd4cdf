"""Operators: their precedence and their results."""

from __future__ import annotations

from smokegate.observation.javascript.values import (
    UNKNOWN,
    Choice,
    Literal,
    Undefined,
    Unknown,
    Value,
    choice,
    joined,
    options_of,
    truth,
)
from smokegate.observation.javascript.world import GLOBALS
from smokegate.observation.model import DYNAMIC

POWER = {"=": 1, "??=": 1, "||=": 1, "?": 2, "??": 3, "||": 3, "&&": 4}
POWER |= dict.fromkeys(("==", "!=", "===", "!=="), 7) | dict.fromkeys(("<", ">", "<=", ">=", "in", "instanceof"), 8)
POWER |= {"+": 10, "|": 5, "^": 5, "&": 5, "-": 10} | dict.fromkeys(("*", "/", "%", "**", "<<", ">>", ">>>"), 11)


def applied(left: Value, operator: str, right: Value) -> Value:
    """Return the result of a binary operator."""
    if operator == "=":
        return right
    if operator == "+":
        return _plus(left, right)
    if operator in {"||", "||="}:
        return choice(*(_or(each, right) for each in options_of(left)))
    if operator in {"??", "??="}:
        return choice(*(_coalesce(each, right) for each in options_of(left)))
    if operator == "&&":
        condition = truth(left)
        return choice(left, right) if condition is None else right if condition else left
    if operator in {"==", "===", "!=", "!=="}:
        return _equal(left, right, negated=operator[0] == "!")
    return UNKNOWN


def typeof_value(value: Value) -> Value:
    """Return the result of `typeof`."""
    if isinstance(value, Undefined):
        return value.word if value.word == "undefined" else "object"
    if isinstance(value, Unknown) and len(value.path) == 1:
        return "object" if value.path[0] in GLOBALS | {"document", "location"} else UNKNOWN
    return "string" if isinstance(value, str) and DYNAMIC not in value else UNKNOWN


def _plus(left: Value, right: Value) -> Value:
    if isinstance(left, float) and isinstance(right, float):
        return left + right
    if isinstance(left, Unknown) and isinstance(right, Unknown):
        return UNKNOWN
    return joined(left, right)


def _or(left: Value, right: Value) -> Value:
    condition = truth(left)
    return choice(left, right) if condition is None else left if condition else right


def _coalesce(left: Value, right: Value) -> Value:
    if isinstance(left, Undefined):
        return right
    return choice(left, right) if isinstance(left, Unknown) else left


def _equal(left: Value, right: Value, *, negated: bool) -> Value:
    if any(
        isinstance(each, Unknown | Choice | Literal) or (isinstance(each, str) and DYNAMIC in each)
        for each in (left, right)
    ):
        return UNKNOWN
    return (left == right) is not negated
