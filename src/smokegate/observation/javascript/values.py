"""Values of expressions, as far as they are known without running the script, and the operators on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeGuard

from msgspec import Struct

from smokegate.observation.model import DYNAMIC

if TYPE_CHECKING:
    from smokegate.observation.javascript.scopes import Script


class Unknown(Struct, frozen=True):
    """A value that is only known at run time."""

    path: tuple[str, ...] = ()
    """The member chain that leads to it, as far as it is known (`process`, `env`)."""


class Undefined(Struct, frozen=True):
    """JavaScript's undefined or null: the value of a setting that was not set at build time."""

    name: str = ""
    """The setting, if its name is still in the bundle."""
    word: str = "undefined"


class Literal(Struct, frozen=True):
    """An object or array literal, a function or a class; its parts are evaluated on demand."""

    script: Script
    at: int

    @property
    def source(self) -> str:
        """Its text, from the opening bracket to the closing one."""
        tokens = self.script.tokens
        return tokens.text[tokens.starts[self.at] : tokens.ends[min(tokens.closing(self.at), len(tokens) - 1)]]


class Element(Struct, frozen=True):
    """An element of the page and its attributes."""

    attributes: tuple[tuple[str, str], ...]


class Choice(Struct, frozen=True):
    """One of several values, by an unknown condition."""

    options: tuple[Value, ...]


Value = str | float | bool | Unknown | Undefined | Literal | Element | Choice
Bound = Mapping[str, Value]
"""Parameter values by name."""
UNKNOWN = Unknown()
UNDEFINED = Undefined()
GLOBALS = frozenset({"window", "globalThis", "self", "top", "parent", "global"})
"""Names of the global object."""
MAX_OPTIONS = 4
MAX_LENGTH = 8192
"""Maximum characters of a concatenated text: sixty doublings of one would exhaust memory."""
POWER = {"=": 1, "??=": 1, "||=": 1, "?": 2, "??": 3, "||": 3, "&&": 4}
POWER |= dict.fromkeys(("==", "!=", "===", "!=="), 7) | dict.fromkeys(("<", ">", "<=", ">=", "in", "instanceof"), 8)
POWER |= {"+": 10, "|": 5, "^": 5, "&": 5, "-": 10} | dict.fromkeys(("*", "/", "%", "**", "<<", ">>", ">>>"), 11)
"""Operator → precedence."""


def options_of(value: Value) -> tuple[Value, ...]:
    """Return the possible values."""
    return value.options if isinstance(value, Choice) else (value,)


def is_unset(value: Value) -> TypeGuard[Undefined]:
    """Return whether a value is undefined, and not null."""
    return isinstance(value, Undefined) and value.word == "undefined"


def choice(*values: Value) -> Value:
    """Return a choice of values."""
    found = tuple(dict.fromkeys(each for value in values for each in options_of(value)))[:MAX_OPTIONS]
    return found[0] if len(found) == 1 else Choice(found)


def truth(value: Value) -> bool | None:
    """Return whether a value is truthy; None if unknown."""
    if isinstance(value, Undefined):
        return False
    if isinstance(value, Literal | Element):
        return True
    if isinstance(value, Unknown | Choice):
        return None
    if isinstance(value, str) and DYNAMIC in value:
        return True if value.strip(DYNAMIC) else None
    return bool(value)


def text_of(value: Value) -> str:
    """Return a value as text; an unknown one becomes `DYNAMIC`."""
    if isinstance(value, Undefined):
        return value.word
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else DYNAMIC


def joined(left: Value, right: Value) -> Value:
    """Concatenate two values."""
    pairs = [(a, b) for a in options_of(left) for b in options_of(right)]
    return choice(*((text_of(a) + text_of(b))[:MAX_LENGTH] for a, b in pairs[:MAX_OPTIONS]))


def selected(condition: Value | None, yes: Value, no: Value) -> Value:
    """Return one of two values by a condition; a choice if it is unknown."""
    return choice(yes, no) if condition is None else yes if condition else no


def applied(left: Value, operator: str, right: Value) -> Value:
    """Return the result of a binary operator."""
    if operator == "=":
        return right
    if operator == "+":
        return _plus(left, right)
    if operator in {"||", "||="}:
        return choice(*(selected(truth(each), each, right) for each in options_of(left)))
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


def _coalesce(left: Value, right: Value) -> Value:
    if isinstance(left, Undefined):
        return right
    return choice(left, right) if isinstance(left, Unknown) else left


def _equal(left: Value, right: Value, *, negated: bool) -> Value:
    unclear = (isinstance(each, Unknown | Choice | Literal) or DYNAMIC in str(each) for each in (left, right))
    return UNKNOWN if any(unclear) else (left == right) is not negated
