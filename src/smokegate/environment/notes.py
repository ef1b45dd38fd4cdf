"""What stands beside the type of a key, in `Annotated`: how its value is read, checked and documented.

Where several stand there, each goes around what those before it make of the value. What checks a value raises
`InvalidValueError` where it is not what the key holds, and `MissingVariableError` where its variable is not set.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from msgspec import Struct

from smokegate.environment.variables import Variables

Read: TypeAlias = Callable[[Any], Any]
"""Makes the value of a key from what the file holds."""


# Compared by identity: a type with notes is compared with others when it is part of a union.
class Before(Struct, frozen=True, eq=False):
    """Reads what the file holds, before its type is checked; it is given the file's variables, None by hand."""

    make: Callable[[Any, Variables | None], Any]

    def around(self, read: Read, given: Variables | None) -> Read:
        """Return the way to read a value with this note."""
        return lambda value: read(self.make(value, given))


class After(Struct, frozen=True, eq=False):
    """Checks or changes a value of the right type."""

    make: Callable[[Any], Any]

    def around(self, read: Read, given: Variables | None) -> Read:  # noqa: ARG002 -- as of the other notes
        """Return the way to read a value with this note."""
        return lambda value: self.make(read(value))


class Around(Struct, frozen=True, eq=False):
    """Decides by itself whether the value is read at all, and what comes of a mistake in it."""

    make: Callable[[Any, Read, Variables | None], Any]

    def around(self, read: Read, given: Variables | None) -> Read:
        """Return the way to read a value with this note."""
        return lambda value: self.make(value, read, given)


class Kind(Struct, frozen=True, eq=False):
    """What the JSON schema says of a value instead of its type; `name` is what the reference calls it."""

    schema: dict[str, Any]
    name: str | None = None


class Examples(Struct, frozen=True, eq=False):
    """Values for the reference and for the message that a key is missing."""

    values: tuple[Any, ...]


def such_as(*values: Any) -> Examples:
    """Return a note with examples."""
    return Examples(values)
