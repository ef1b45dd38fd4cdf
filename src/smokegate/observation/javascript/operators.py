"""What operators make of values: how strongly each binds, and its result."""

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
from smokegate.observation.model import HOLE

POWER = {"=": 1, "??=": 1, "||=": 1, "?": 2, "??": 3, "||": 3, "&&": 4}
POWER |= dict.fromkeys(("==", "!=", "===", "!=="), 7) | dict.fromkeys(("<", ">", "<=", ">=", "in", "instanceof"), 8)
POWER |= {"+": 10, "|": 5, "^": 5, "&": 5, "-": 10} | dict.fromkeys(("*", "/", "%", "**", "<<", ">>", ">>>"), 11)


def applied(left: Value, sign: str, right: Value) -> Value:
    """Return what an operator with two operands gives."""
    if sign == "=":
        return right
    if sign == "+":
        return _plus(left, right)
    if sign in {"||", "||="}:
        return choice(*(_either(each, right) for each in options_of(left)))
    if sign in {"??", "??="}:
        return choice(*(_default(each, right) for each in options_of(left)))
    if sign == "&&":
        held = truth(left)
        return choice(left, right) if held is None else right if held else left
    if sign in {"==", "===", "!=", "!=="}:
        return _equal(left, right, negated=sign[0] == "!")
    return UNKNOWN


def type_of(value: Value) -> Value:
    """Return what `typeof` gives."""
    if isinstance(value, Undefined):
        return value.word if value.word == "undefined" else "object"
    if isinstance(value, Unknown) and len(value.path) == 1:
        return "object" if value.path[0] in GLOBALS | {"document", "location"} else UNKNOWN
    return "string" if isinstance(value, str) and HOLE not in value else UNKNOWN


def _plus(left: Value, right: Value) -> Value:
    if isinstance(left, float) and isinstance(right, float):
        return left + right
    if isinstance(left, Unknown) and isinstance(right, Unknown):
        return UNKNOWN
    return joined(left, right)


def _either(left: Value, right: Value) -> Value:
    held = truth(left)
    return choice(left, right) if held is None else left if held else right


def _default(left: Value, right: Value) -> Value:
    if isinstance(left, Undefined):
        return right
    return choice(left, right) if isinstance(left, Unknown) else left


def _equal(left: Value, right: Value, *, negated: bool) -> Value:
    if any(
        isinstance(each, Unknown | Choice | Literal) or (isinstance(each, str) and HOLE in each)
        for each in (left, right)
    ):
        return UNKNOWN
    return (left == right) is not negated
