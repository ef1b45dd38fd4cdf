"""Looks for known words in the bodies of answers: a pattern's, or those of drivers of databases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from re import Pattern
from typing import TYPE_CHECKING

from msgspec import Struct

from smokegate.diagnosis.wording import around, seen
from smokegate.knowledge.database_texts import Place, place_in
from smokegate.observation.evidence.own_errors import crash
from smokegate.observation.exchange import Answer, Exchange

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


SENTENCE = re.compile(r"(?<!\d)[A-Z]|\w \w")
"""In a JSON that may hold a driver's words: `"connected"`, a number or a time of day is none."""
FAILURE = re.compile(r"error|fail|could|can.t|unable|refused", re.IGNORECASE)
SHORT = 1000
"""Bytes of a text that may be nothing but a driver's: `Connection failed: SQLSTATE[HY000] [2002] …`."""
KEY = re.compile(r"[\w.-]*\"\s*:")
"""What follows where a place lies in a key of a JSON: `"poolTimeout": 30` is a setting."""


class Found(Struct, frozen=True):
    """A place in the body of an answer."""

    exchange: Exchange
    word: str
    line: str
    """The line of evidence that quotes it."""
    steps: tuple[str, ...] = ()
    """What to do about it, where that is known."""


def found(pattern: Pattern[str], exchanges: Iterable[Exchange]) -> Iterator[Found]:
    """Yield the first place of each body in which a pattern matches; `word` is its first group, if any."""
    for exchange in exchanges:
        text = exchange.answer.body.start if exchange.answer else ""
        match = pattern.search(text)
        if match is not None:
            word = next((group for group in match.groups() if group), match[0])
            yield Found(exchange, word, seen(exchange, f"it says {around(text, match.start(), match.end())}"))


def stated(kind: str, exchanges: Iterable[Exchange]) -> Iterator[Found]:
    """Yield each error of the application that states a reason of a kind in `texts/own.toml`; `word` is the reason."""
    from smokegate.knowledge.own_words import stated_in  # noqa: PLC0415 -- a green run reads none of it

    for exchange in exchanges:
        answer = exchange.answer
        if answer is None or (answer.status < 500 and not crash(answer)):
            continue
        text = unescape(answer.body.start)
        if (place := stated_in(text, kind)) is not None:
            line = seen(exchange, f"it says {around(text, place.start, place.end)}")
            yield Found(exchange, place.reason.what, line, place.reason.steps)


class Spoken(Struct, frozen=True):
    """An answer in which a driver speaks."""

    exchange: Exchange
    place: Place

    @property
    def is_of_schema(self) -> bool:
        """Whether the database answers, and lacks what the app expects in it."""
        return self.place.says in {"schema", "extension"}

    @property
    def line(self) -> str:
        """The line of evidence, cut around the decisive words."""
        return seen(self.exchange, f"it says {around(_said(self.exchange), self.place.start, self.place.end)}")


def _said(exchange: Exchange) -> str:
    """Return a body as its driver wrote it: pages escape the quotes."""
    return unescape(exchange.answer.body.start) if exchange.answer else ""


def spoken(exchanges: Iterable[Exchange]) -> Iterator[Spoken]:
    """Yield each answer whose body holds the words of a driver, with the most specific place in it."""
    for exchange in exchanges:
        place = place_in(_said(exchange))
        if place is not None:
            yield Spoken(exchange, place)


def spoken_in_success(case: Case) -> list[Spoken]:
    """Return the answers with which nothing is wrong and in which a driver speaks, as no other program would.

    What drivers write is looked for in a healthy run only where there is a sentence.
    """
    answers = [each for each in case.backend if case.promise(each.name) and each.answer and _may_speak(each.answer)]
    return [each for each in spoken(answers) if not each.place.likely and not _is_key(each)]


def _may_speak(answer: Answer) -> bool:
    text = answer.body.start
    if answer.body.is_json:
        return SENTENCE.search(text) is not None
    return answer.body.size <= SHORT and FAILURE.search(text) is not None and "<" not in text[:5]


def _is_key(text: Spoken) -> bool:
    return KEY.match(_said(text.exchange), text.place.end) is not None
