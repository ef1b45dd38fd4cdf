"""Values of expressions, as far as they are known without running the script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

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
MAX_OPTIONS = 4
MAX_LENGTH = 8192
"""Maximum characters of a concatenated text: sixty doublings of one would exhaust memory."""


def options_of(value: Value) -> tuple[Value, ...]:
    """Return the possible values."""
    return value.options if isinstance(value, Choice) else (value,)


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
