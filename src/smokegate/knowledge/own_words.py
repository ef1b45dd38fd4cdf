"""Reads `texts/own.toml`: reasons in an application's own error messages, by framework."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from smokegate.knowledge import rows, table


class OwnWords(Struct, frozen=True):
    """One reason."""

    what: str
    pattern: re.Pattern[str]
    steps: tuple[str, ...] = ()


class Stated(Struct, frozen=True):
    """A reason's position in an answer."""

    reason: OwnWords
    start: int
    end: int


def stated_in(text: str, kind: str) -> Stated | None:
    """Return the first reason of a kind (`setting`, `resource`) in an answer, None if there is none."""
    for each in _reasons(kind):
        match = each.pattern.search(text)
        if match is not None:
            return Stated(each, match.start(), match.end())
    return None


def explains_itself(text: str) -> bool:
    """Return whether an error states its own reason."""
    return any(stated_in(text, kind) for kind in ("setting", "resource"))


@cache
def _reasons(kind: str) -> tuple[OwnWords, ...]:
    return rows(table("texts", "own.toml")[kind], OwnWords, re.NOFLAG)
