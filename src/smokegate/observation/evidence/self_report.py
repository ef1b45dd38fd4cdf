"""What an answer reports about the application's own health, in services' usual vocabulary."""

from __future__ import annotations

import json
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
from smokegate.observation.evidence.health_vocabulary import LONGEST, STATUS_KEYS

if TYPE_CHECKING:
    from smokegate.environment.model import Expectation
    from smokegate.observation.exchange import Answer

CRASH = re.compile(
    r"\b(?:PHP )?(?:Fatal|Parse) error(?:</b>)?:\s[^\n]{1,500}(?:\n.{0,3000}?)? on line (?:<b>)?\d{1,6}(?:</b>)?\s*"
    r"(?:<br ?/?>\s*)?(?:</pre>\s*)?(?:</body>\s*)?(?:</html>\s*)?\Z",
    re.DOTALL,
)
"""PHP's message when a fatal error ends a script; with `display_errors` the status stays 200."""
TRACEBACK = re.compile(
    r"\s*Traceback \(most recent call last\):\n.{1,4900}\n[\w.]{1,100}(?:Error|Exception)\b[^\n]*\s*\Z", re.DOTALL
)
"""A body that consists of a Python traceback."""
XML_STATUS = re.compile(
    r"(?:<\?xml[^>]{0,200}>\s*)?<(?!html|!)[\w:-]{1,40}[^>]{0,300}>\s*<(?:status|state|health)>\s*([\w -]{1,40}?)\s*</",
    re.IGNORECASE,
)
"""An XML report, which begins with the overall status."""
REQUESTS_OWN = re.compile(
    r"quer(?:y|ies)|must (?:contain|provide|have|be)|unauth|forbidden|denied|not (?:found|allowed|logged|signed)"
    r"|invalid (?:\w+ )?(?:token|credential|input|param|request|key|session|signature|format|value|argument|json)"
    r"|missing|required|bad[ _]request|syntax|valid(?:ation|ate)|unsupported|expired|log ?in|sign ?in|too many|limit",
    re.IGNORECASE,
)
"""An error with these words may be about the request: missing parameters or credentials."""
UNKNOWN_FIELD = re.compile(
    r"Cannot query field|\bfield .{1,80} (?:does ?n.t exist|does not exist|not found) (?:on|in) .{0,12}type",
    re.IGNORECASE,
)
"""GraphQL's words where the deployed schema lacks a field that the file requests, in the forms of several servers."""
INTERNAL = re.compile(r"\b(?:internal|unexpected|database|server) (?:server )?error\b|\bexception\b", re.IGNORECASE)
"""An error of the application itself."""
IN_PART = frozenset(
    {
        *("degraded", "warn", "warning", "partial", "impaired", "partialoutage", "partiallyavailable"),
        *("eingeschrnkt", "eingeschraenkt", "beeintrchtigt", "degradado", "degradada", "dgrad", "degradato", "降级"),
    }
)
"""States of a partially working service, without case and punctuation."""
ERRORS_KEYS = frozenset(
    {
        *("error", "errors", "errormessage", "errortype", "exception", "message", "msg", "detail", "details", "data"),
        *("success", "ok", "code", "status", "statuscode", "extensions", "timestamp", "path", "requestid", "traceid"),
    }
)
"""Keys of an error envelope; beside any other key, an error is just one value."""
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
        return [("status" if element else "body", word)] if is_sick(word) else lines_of_trouble(text)
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
    return found or list(_without_database(value, report)) or list(_error_only(report, declared))


def _error_only(report: dict[str, Any], declared: set[Any]) -> Iterator[tuple[str, Any]]:
    """Yield an answer's only content if it is an error: GraphQL's form, Lambda's, or an envelope."""
    if declared or any(plain(key) in STATUS_KEYS for key in report) or not _is_empty(report.get("data")):
        return
    for key in ("error", "errors", "errorMessage", "exception"):
        said = report.get(key)
        if isinstance(said, str | list | dict) and not _says_nothing(said):
            yield f"json {key}", said if isinstance(said, str) else json.dumps(said)[:LONGEST]


def _says_nothing(said: Any) -> bool:
    """Return whether an error is empty: `{"code": "", "message": ""}`, "none"."""
    if isinstance(said, dict | list):
        return all(_says_nothing(each) for each in (said.values() if isinstance(said, dict) else said))
    return not said or str(said).lower() in {"none", "no", "null", "ok"}


def _is_empty(data: Any) -> bool:
    """Return whether the data beside an error is empty: GraphQL has each query's key with null."""
    return not data or (isinstance(data, dict) and all(each is None for each in data.values()))


def failure_words(answer: Answer) -> list[tuple[str, Any]]:
    """Return the application's failure if it is a successful answer's only content.

    An error that may be about the request is ignored: some endpoints send it if parameters are missing.
    """
    value = answer.body.json if answer.body.is_json else None
    if not isinstance(value, dict) or not 200 <= answer.status < 300 or not _is_empty(value.get("data")):
        return []
    if not {plain(key) for key in value} <= ERRORS_KEYS or _about_request(answer.body.start):
        return []
    message = any(isinstance(value.get(key), str) for key in ("error", "message", "msg"))
    refused = [(f"json {key}", False) for key in ("success", "ok") if value.get(key) is False and message]
    return refused or list(_error_only(value, set()))


def reports_internal(answer: Answer) -> bool:
    """Return whether a successful answer reports nothing but an error of the application itself."""
    return INTERNAL.search(answer.body.start) is not None and bool(failure_words(answer))


def _about_request(text: str) -> bool:
    return REQUESTS_OWN.search(text) is not None and not UNKNOWN_FIELD.search(text)


def says_ill(key: str, said: Any) -> bool:
    """Return whether a key reports an unhealthy application, maintenance, or (Vault) a sealed state."""
    name = plain(key)
    switch = name in {"maintenance", "maintenancemode", "inmaintenance", "sealed"}
    number = name in {"status", "code", "statuscode"} and type(said) is int and 500 <= said <= 599
    return (name in STATUS_KEYS and is_sick(said)) or (switch and said is True) or number


def works_in_part(promise: Expectation, answer: Answer) -> tuple[str, str] | None:
    """Return where and how a successful answer reports partial operation, None if it does not.

    The report is about the whole, or about a component without declared expectations.
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
    return next(((where.removeprefix("json "), str(said)) for where, said in parts), None)


def crash(answer: Answer) -> str | None:
    """Return the runtime's message if a successful answer ends with a crashed script's error."""
    text = answer.body.text[-5000:] if 200 <= answer.status < 300 and "rror" in answer.body.text else ""
    found = CRASH.search(text) or TRACEBACK.match(answer.body.text[-5000:])
    return found[0] if found else None


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
