"""What logs say, as data: causes with the texts that show them, and what a program may depend on.

Loaded only where a log has to be read: a green run reads none of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from msgspec import Struct, field

from smokegate.knowledge import rows, table

DEPENDENCIES = "dependencies.toml"
WORDS = "words.toml"
FAMILIES = ("postgres", "database", "dependency")
"""What `{family}` in a code stands for: PostgreSQL, any other database, anything else that it connects to."""
VARIABLE = (
    r"(?P<name>(?-i:\b(?!(?:ERR|SIG|HTTP|ECONN|GLIBC|CXXABI|OPENSSL|MLOG)\w*_|(?:RUST_BACKTRACE|NODE_MODULE_VERSION)\b|NOT_\w+|\w+_(?:NOT_FOUND|ERROR|FAILED|REFUSED|EXCEPTION)\b)"
    r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b))"
)
"""What `<VARIABLE>` in a text stands for: a name in capitals with an underscore, that is no code of an error."""
ANYTHING = {"postgres": "its PostgreSQL database", "database": "its database", "dependency": "something that it needs"}


class LogCause(Struct, frozen=True, dict=True):
    """A cause that logs show, and the texts that show it."""

    code: str
    place: int
    title: str
    owner: str
    symptom: str
    steps: tuple[str, ...]
    competing: tuple[str, ...]
    texts: tuple[str, ...] = field(name="says")
    named: str | None = None
    """The title where the text gives a `{detail}`: the name of a variable, a file, a module."""
    client: bool = False
    """Whether it is about something that the service connects to, so that a server's own log does not show it."""
    raised: Mapping[str, str] | None = None
    """`says`: words that show it only where they were raised in certain frames; `frames`: those."""
    hinted: Mapping[str, Any] | None = None
    """`title`, where only the texts of `says` show it: they fit other causes of the same kind, too."""

    @cached_property
    def says(self) -> re.Pattern[str]:
        """One pattern for all its texts; compiled where a log is read, not where a runbook is written."""
        return _any_of((*self.texts, *(self.hinted["says"] if self.hinted else ())))

    def hint(self, text: str) -> str | None:
        """Return the title that a text allows which does not prove the cause, None where it does."""
        return self.hinted["title"] if self.hinted and not self._proof.search(text) else None

    @cached_property
    def _proof(self) -> re.Pattern[str]:
        return _any_of(self.texts)

    @cached_property
    def _raised(self) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
        if self.raised is None:
            return None
        return _any_of((*self.texts, self.raised["says"])), re.compile(self.raised["frames"], re.IGNORECASE)

    def says_in(self, frames: str) -> re.Pattern[str]:
        """The pattern for words that stand beside these frames, which may say what plain words leave open."""
        if self._raised is not None and self._raised[1].search(frames):
            return self._raised[0]
        return self.says

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of this cause: one for each family where it has `{family}` in it."""
        if "{family}" not in self.code:
            return (self.code,)
        return tuple(self.code.format(family=family) for family in FAMILIES)


class Thing(Struct, frozen=True):
    """Something that programs connect to, and how logs and images show which it is."""

    family: str
    what: str
    words: re.Pattern[str]
    ports: tuple[int, ...]
    images: re.Pattern[str]


@cache
def log_causes() -> tuple[LogCause, ...]:
    """Return every cause that logs show, the more particular ones first."""
    names = sorted(each.name for each in files(__name__).iterdir() if each.name.endswith(".toml"))
    tables = [each for name in names if name not in {DEPENDENCIES, WORDS} for each in table("logs", name)["cause"]]
    return tuple(sorted(rows(tables, LogCause), key=lambda each: each.place))


@cache
def things() -> tuple[Thing, ...]:
    """Return what programs connect to, in the order in which it is looked for."""
    return rows(table("logs", DEPENDENCIES)["thing"], Thing)


@cache
def words(kind: str) -> re.Pattern[str]:
    """Return one pattern for the vocabulary of a kind, such as `fatal` or `vague`."""
    return re.compile("|".join(f"(?:{_local(text)})" for text in table("logs", WORDS)[kind]))


def compile_all() -> None:
    """Compile every pattern, for a process whose forks will read logs."""
    things()
    for kind in table("logs", WORDS):
        words(kind)
    for each in log_causes():
        _ = each.says


def _local(text: str) -> str:
    """Return a text whose leading `(?i)` holds for itself alone."""
    return f"(?i:{text.removeprefix('(?i)')})" if text.startswith("(?i)") else text


def _any_of(texts: tuple[str, ...]) -> re.Pattern[str]:
    """Return one pattern for all texts; every `(?P<name>…)` becomes a group with a number of its own."""
    written = [text.replace("<VARIABLE>", VARIABLE) for text in texts]
    numbered = [text.replace("(?P<name>", f"(?P<name{number}>") for number, text in enumerate(written)]
    return re.compile("|".join(f"(?:{text})" for text in numbered), re.IGNORECASE)
