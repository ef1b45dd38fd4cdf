"""Looks for known words in the bodies of answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from re import Pattern
from typing import TYPE_CHECKING

from smokegate.diagnosis.wording import around, seen

if TYPE_CHECKING:
    from smokegate.observation.model import Exchange


@dataclass(frozen=True)
class Found:
    """A place in the body of an answer."""

    exchange: Exchange
    word: str
    line: str
    """The line of evidence that quotes it."""


def found(pattern: Pattern[str], exchanges: Iterable[Exchange]) -> Iterator[Found]:
    """Yield the first place of each body in which a pattern matches; `word` is its first group, if any."""
    for exchange in exchanges:
        text = exchange.answer.body.text if exchange.answer else ""
        match = pattern.search(text)
        if match is not None:
            word = next((group for group in match.groups() if group), match[0])
            yield Found(exchange, word, seen(exchange, f"it says {around(text, match.start(), match.end())}"))
