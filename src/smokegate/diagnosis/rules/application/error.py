"""The app ends requests in an error of its own."""

from __future__ import annotations

import re
from html import unescape

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.database_texts import stated
from smokegate.diagnosis.exchange_names import is_of
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import around, body, seen, seen_whole
from smokegate.knowledge.gateway_words import words
from smokegate.observation.evidence.application_marks import is_application_error, visible
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.limit import is_limit
from smokegate.observation.evidence.own_errors import crash, reports_internal
from smokegate.observation.exchange import Answer, Exchange

EXCEPTION = re.compile(
    r"(?:[\w.]|::)*[A-Z]\w+(?:Error|Exception|NotFound|DoesNotExist|Configured)\b|^Error(?=: (?!\d))", re.MULTILINE
)
"""The name of an exception, as stack traces and debuggers' pages show it."""
VIEWS = ("account", "account again")
"""Calls in whose successes an error would look like a token that is refused."""
TITLE = 300
"""Characters within which a debugger's page names what it is about."""


def judge(case: Case) -> Signs | None:
    """The application answers 5xx, or a success that ends in its fatal error, where that was not promised."""
    hits = [
        each
        for each in case.backend
        if (answer := case.app(each.name))
        and (answer.status >= 500 or crash(answer) or (each.name in VIEWS and reports_internal(answer)))
        and is_broken(case, each)
    ]
    partly = any(case.sound(each.name) for each in case.samples)
    hits = [each for each in hits if not (_in_part(case, each) or (partly and each.name == "register"))]
    hits = [each for each in hits if each.answer and not is_limit(each.answer)]
    if not hits or (partly and any(_errs(case, each) for each in case.samples)):
        return None  # where some instances fail their health check, any other request may have met one of those
    if all(in_maintenance(each.answer) for each in hits if each.answer):
        return maintenance(hits)
    if reason := _resource(hits):
        return reason
    from_app = any(each.answer and (is_application_error(each.answer) or crash(each.answer)) for each in hits)
    return Signs(
        tuple(seen(each, *([_exception(each.answer)] if each.answer else [])) for each in hits[:3]),
        tuple(each.name for each in hits),
        Confidence.CERTAIN if from_app else Confidence.LIKELY,
    )


def _errs(case: Case, sample: Exchange) -> bool:
    answer = case.app(sample.name)
    return answer is not None and answer.status >= 500


def _exception(answer: Answer) -> str:
    """Return the exception that a stack trace or a debugger's page shows, else how the body begins."""
    text = visible(answer.body.text) if is_html(answer) else unescape(answer.body.text[:20_000])
    named = list(EXCEPTION.finditer(text))
    if not named:
        return body(answer)
    last = ("Traceback (most recent" in text and named[0].start() > TITLE) or text.lstrip().startswith("Traceback")
    shown = named[-1 if last else 0]
    return f"it says {around(text, shown.start(), shown.end(), 90)}"


def _in_part(case: Case, exchange: Exchange) -> bool:
    """Return whether another sample of the same request was answered as expected."""
    if case.promise(exchange.name) is None:
        return False
    name, _, number = exchange.name.rpartition(" ")
    first = name if number.isdecimal() else exchange.name
    return any(is_of(each.name, first) and case.sound(each.name) for each in case.backend)


def _resource(hits: list[Exchange]) -> Signs | None:
    """An error names what it lacks of its machine: room on a disk, memory, a file that it may write."""
    lack = next(stated("resource", hits), None)
    if lack is None:
        return None
    return Signs(
        (lack.line,),
        tuple(hit.name for hit in hits),
        Confidence.LIKELY,
        variant="resource",
        names={"what": lack.word},
        steps=lack.steps,
    )


def in_maintenance(answer: Answer) -> bool:
    """Return whether an answer says that someone has put the application in maintenance."""
    said = answer.body.json if answer.body.is_json else None
    keys = said.items() if isinstance(said, dict) else ()
    switched = any(str(key).lower().startswith("maintenance") and value is True for key, value in keys)
    return switched or (answer.status >= 500 and words("maintenance").search(answer.body.start[:2000]) is not None)


def maintenance(hits: list[Exchange]) -> Signs:
    """Return the signs of an application that was put in maintenance: no defect of what was deployed."""
    return Signs(
        tuple(map(seen_whole, hits[:3])),
        tuple(each.name for each in hits),
        Confidence.LIKELY,
        variant="maintenance",
    )


RULES = (Rule("app.error", Level.HEALTH, judge, unless=("app.wrong-service", "app.unhealthy")),)
