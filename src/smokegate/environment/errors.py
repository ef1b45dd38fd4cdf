"""What can be wrong with an environment file, worded so that a person can fix it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from smokegate.environment.location import Location


class Mistake(Struct, frozen=True):
    """One mistake: where it is and what is wrong with it."""

    place: str
    """The file, the directory of the files, or the `--set` that was given."""
    key: str
    """The key with dots between levels, as `--set` takes it; empty where the whole file is meant."""
    text: str
    """What was expected and what was found."""
    location: Location | None = None
    """Where it is in the file, where that is known."""

    def __str__(self) -> str:
        """Return the mistake as one line, and below it the line of the file with a caret."""
        place = f"{self.place}:{self.location.line}" if self.location else self.place
        line = printable(": ".join(part for part in (place, self.key, self.text) if part))
        if self.location is None:
            return line
        return "\n".join((line, *map(printable, self.location.excerpt.splitlines())))


class EnvironmentErrors(Exception):  # noqa: N818 - it holds many
    """Everything that is wrong with the selected environments; `str()` is a line for each, with its place."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(dict.fromkeys(mistakes))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class InvalidValueError(ValueError):
    """A value is not what its key holds.

    Args:
        expected: what the key holds, as in "a path that starts with /".
        found: what is there instead, where the value itself must not be shown or does not help.
    """

    def __init__(self, expected: str, *, found: str | None = None) -> None:
        self.expected = expected
        self.found = found
        super().__init__(f"expected {expected}" + (f", found {found}" if found else ""))


class MissingVariableError(InvalidValueError):
    """A variable that the file names is not set, or is empty."""

    def __init__(self, variable: str, found: str) -> None:
        self.variable = variable
        super().__init__(f"the environment variable {variable} to be set (export {variable}=…)", found=found)


def printable(text: str) -> str:
    """Escape what could break a line or turn its direction: control, separator and bidi characters."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)
