"""The database answers, and its tables are not those that the app expects."""

from __future__ import annotations

import re

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.database_texts import found, spoken, spoken_in_success
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rules.database.application import EXPLAINS, KEPT
from smokegate.observation.exchange import Exchange

SAYS_FAILED = re.compile(
    r"\"(?:\w*tables?\w*)\"\s*:\s*(?:\"missing\"|false|\[\s*\])|\"missing_tables\"\s*:\s*\[\s*\"[^\]]*\]",
    re.IGNORECASE,
)

LAG = r"(?:pending|outdated|behind|dirty|incomplete|unapplied|failed|not[ _-]?applied|out[ _-]of[ _-]date)"
SOME = r"(?:true|[1-9]\d*|\[\s*[^\]\s])"
SAYS_PENDING = re.compile(
    rf"\"(?:db_?|database_?|schema_?)?migrations?(?:_?stat(?:us|e))?\"\s*:\s*(?:\"{LAG}\""
    rf"|\{{[^{{}}]{{0,300}}?\"(?:stat(?:us|e)\"\s*:\s*\"{LAG}\"|(?:pending|unapplied)(?:_?count)?\"\s*:\s*{SOME}))"
    rf"|\"needs_?db_?upgrade\"\s*:\s*true"
    rf"|\"(?:(?:pending|unapplied)_?migrations?|migrations?_?(?:pending|unapplied))(?:_?count)?\"\s*:\s*{SOME}",
    re.IGNORECASE,
)
"""A report's word for migrations that have not run: a state, a number, a list that is not empty."""


def uninitialised(case: Case) -> Signs | None:
    """The database answers that a table is not there, or a check of the app's own says so."""
    broken = [each for each in case.backend if is_broken(case, each)]
    texts = [each for each in spoken(broken) if each.is_of_schema]
    words = list(found(SAYS_FAILED, broken))
    if not texts and not words and (pending := _pending(case, broken)):
        return pending
    kept = [] if texts or words else [each for each in spoken_in_success(case) if each.is_of_schema]
    if not (hits := texts or words or kept):
        return None
    return Signs(
        tuple(each.line for each in hits[:3]),
        tuple(each.exchange.name for each in hits),
        Confidence.CERTAIN if texts and not texts[0].place.likely else Confidence.LIKELY,
        advisory=bool(kept),
        against=KEPT if kept else (),
        variant="extension" if texts and texts[0].place.says == "extension" else "",
    )


def _pending(case: Case, broken: list[Exchange]) -> Signs | None:
    """A report says that migrations have not run: worth a warning where it is what was expected otherwise."""
    kept = [each for each in case.backend if case.promise(each.name) and each.answer and each.answer.body.is_json]
    words = list(found(SAYS_PENDING, broken or kept))
    if not words:
        return None
    return Signs(
        tuple(each.line for each in words[:3]),
        tuple(each.exchange.name for each in words),
        Confidence.LIKELY,
        variant="migrations",
        advisory=not broken,
        against=() if broken else KEPT,
    )


RULES = (
    Rule(
        "app.database-not-initialised",
        Level.DATABASE,
        uninitialised,
        after=REACHED,
        unless=("app.database-unreachable",),
        silences=EXPLAINS,
    ),
)
