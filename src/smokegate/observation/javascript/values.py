"""What an expression is known to be without running it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from smokegate.observation.model import HOLE

if TYPE_CHECKING:
    from smokegate.observation.javascript.scopes import Script


class Unknown(Struct, frozen=True):
    """Only known when the script runs."""

    path: tuple[str, ...] = ()
    """The names by which it is reached, as far as they are known (`process`, `env`)."""


class Undefined(Struct, frozen=True):
    """JavaScript's undefined or null: what a setting is that was not set when the bundle was built."""

    name: str = ""
    """The setting, where its name is still there."""
    word: str = "undefined"


class Literal(Struct, frozen=True):
    """An object or array literal, a function or a class: read when a part of it is requested."""

    script: Script
    at: int

    @property
    def source(self) -> str:
        """Its text, from the opening bracket to the closing one."""
        tokens = self.script.tokens
        return tokens.text[tokens.starts[self.at] : tokens.ends[min(tokens.closing(self.at), len(tokens) - 1)]]


class Element(Struct, frozen=True):
    """An element of the page, by its attributes."""

    attributes: tuple[tuple[str, str], ...]


class Choice(Struct, frozen=True):
    """One of several, by a condition that is not known."""

    options: tuple[Value, ...]


Value = str | float | bool | Unknown | Undefined | Literal | Element | Choice
Bound = Mapping[str, Value]
"""What parameters are, by name."""
UNKNOWN = Unknown()
UNDEFINED = Undefined()
MOST_OPTIONS = 4
LONGEST = 8192
"""Characters of a text that is put together: no address is as long, and sixty doublings of one would fill a machine."""


def options_of(value: Value) -> tuple[Value, ...]:
    """Return what a value may be."""
    return value.options if isinstance(value, Choice) else (value,)


def choice(*values: Value) -> Value:
    """Return one of several values."""
    found = tuple(dict.fromkeys(each for value in values for each in options_of(value)))[:MOST_OPTIONS]
    return found[0] if len(found) == 1 else Choice(found)


def truth(value: Value) -> bool | None:
    """Return whether a value counts as true; None where that is not known."""
    if isinstance(value, Undefined):
        return False
    if isinstance(value, Literal | Element):
        return True
    if isinstance(value, Unknown | Choice):
        return None
    if isinstance(value, str) and HOLE in value:
        return True if value.strip(HOLE) else None
    return bool(value)


def text_of(value: Value) -> str:
    """Return what a value is as a part of a text; an unknown one is a hole."""
    if isinstance(value, Undefined):
        return value.word
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else HOLE


def joined(one: Value, other: Value) -> Value:
    """Return the two as one text."""
    pairs = [(a, b) for a in options_of(one) for b in options_of(other)]
    return choice(*((text_of(a) + text_of(b))[:LONGEST] for a, b in pairs[:MOST_OPTIONS]))
