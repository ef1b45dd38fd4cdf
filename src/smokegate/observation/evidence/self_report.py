"""What an answer reports about the application's own health, in services' usual vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smokegate.observation.evidence.health_parts import (
    database_words,
    is_report,
    is_sick,
    leading_word,
    lines_of_trouble,
    part_words,
    plain,
)
from smokegate.observation.evidence.health_vocabulary import CHECKS, GONE, LONGEST, SICK, STATUS_KEYS
from smokegate.observation.evidence.own_errors import error_only

if TYPE_CHECKING:
    from smokegate.environment.model import Expectation
    from smokegate.observation.exchange import Answer

XML_STATUS = re.compile(
    r"(?:<\?xml[^>]{0,200}>\s*)?<(?!html|!)[\w:-]{1,40}[^>]{0,300}>\s*<(?:status|state|health)>\s*([\w -]{1,40}?)\s*</",
    re.IGNORECASE,
)
"""An XML report, which begins with the overall status."""
IN_PART = frozenset(
    {
        *("degraded", "warn", "warning", "partial", "impaired", "partialoutage", "partiallyavailable"),
        *("eingeschrnkt", "eingeschraenkt", "beeintrchtigt", "degradado", "degradada", "dgrad", "degradato", "降级"),
    }
)
"""States of a partially working service, without case and punctuation."""
ENVELOPES = ("data", "result", "response", "payload", "health")
"""Keys in which frameworks wrap every answer."""


def sick_words(promise: Expectation, answer: Answer) -> list[tuple[str, Any]]:
    """Return what reports an unhealthy application in a successful answer: a key or the body, and the word.

    Keys and texts with declared expectations are judged by those alone.
    """
    if not 200 <= answer.status < 300:
        return []
    if not answer.body.is_json:
        text = answer.body.start.strip()
        if promise.text_rules:
            return []
        element = XML_STATUS.match(text)
        word = element[1] if element else text[: LONGEST + 1]
        reason = "\n" not in word and leading_word(word) in GONE
        return [("status" if element else "body", word)] if is_sick(word) or reason else lines_of_trouble(text)
    value = answer.body.json
    if not isinstance(value, dict):
        words = [("body", value)] if is_sick(value) else list(database_words(value))
        return [] if promise.json_ or promise.text_rules else words
    declared = {each.path[0] for each in promise.json_ if each.path}
    report = {k: v for k, v in value.items() if k not in declared}
    if promise.text_rules or not report:
        return []
    found = [
        (f"json {path}{key}", said)
        for path, part in (("", report), *_wrapped(report))
        for key, said in part.items()
        if says_ill(str(key), said)
    ]
    return found or list(_without_database(value, report)) or list(error_only(report, declared))


def says_ill(key: str, said: Any) -> bool:
    """Return whether a key reports an unhealthy application, maintenance, or (Vault) a sealed state."""
    name = plain(key)
    switch = name in {"maintenance", "maintenancemode", "inmaintenance", "sealed"}
    number = name in {"status", "code", "statuscode"} and type(said) is int and 500 <= said <= 599
    ill = name in STATUS_KEYS and (is_sick(said) or leading_word(said) in SICK)
    return ill or (switch and said is True) or number


def works_in_part(promise: Expectation, answer: Answer) -> tuple[str, str] | None:
    """Return where and how a successful answer reports partial operation, None if it does not.

    The report is about the whole, or about a component without declared expectations; of a report without a whole,
    its worst row counts.
    """
    if not 200 <= answer.status < 300 or promise.text_rules:
        return None
    declared = {each.path[0] for each in promise.json_ if each.path}
    whole = answer.body.json if answer.body.is_json else {"status": answer.body.start}
    report = {key: said for key, said in whole.items() if key not in declared} if isinstance(whole, dict) else {}
    for key, said in (pair for _, part in (("", report), *_wrapped(report)) for pair in part.items()):
        word = said[:LONGEST] if isinstance(said, str) and plain(key) in STATUS_KEYS else ""
        if plain(word) in IN_PART or leading_word(word) in IN_PART:
            return "it", word
    parts = part_words(report) if report and is_report(whole) else iter(())
    if (away := next(((where.removeprefix("json "), str(said)) for where, said in parts), None)) is not None:
        return away
    return None if any(plain(key) in STATUS_KEYS for key in report) else next(_rows_in_part(report), None)


def _rows_in_part(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the checks of a report that work in part: name and word."""
    lists = (said for key, said in report.items() if plain(key) in CHECKS and isinstance(said, list))
    for row in (each for rows in lists for each in rows if isinstance(each, dict)):
        said = next((str(each) for key, each in row.items() if plain(key) in STATUS_KEYS), "")
        if plain(said) in IN_PART:
            yield str(row.get("name", "a check")), said


def reports_itself(value: Any) -> bool:
    """Return whether a JSON body is a health report of an unhealthy application."""
    pairs = value.items() if isinstance(value, dict) else ()
    words = ((key, said) for key, said in pairs if plain(key) in STATUS_KEYS)
    return any(is_sick(said) or (isinstance(said, str) and plain(said) in IN_PART) for _, said in words)


def _wrapped(report: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a report's content within an envelope."""
    for key in ENVELOPES:
        if isinstance(part := report.get(key), dict):
            yield f"{key}.", part
            yield from ((f"{key}.{path}", inner) for path, inner in _wrapped(part))


def _without_database(whole: dict[str, Any], report: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield an unreachable database in a report (without what is declared) of which the whole reports as healthy."""
    overall = [said for key, said in whole.items() if plain(key) in STATUS_KEYS]
    if not is_report(whole) or any(is_sick(said) for said in overall):
        return  # not a health report, or one that reports the whole as unhealthy
    yield from database_words(report)
