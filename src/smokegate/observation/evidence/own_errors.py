"""An answer that is nothing but an error: a crashed script's, or an error of the application in a successful answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from smokegate.observation.evidence.health_parts import plain
from smokegate.observation.evidence.health_vocabulary import LONGEST, STATUS_KEYS

if TYPE_CHECKING:
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
ERRORS_KEYS = frozenset(
    {
        *("error", "errors", "errormessage", "errortype", "exception", "message", "msg", "detail", "details", "data"),
        *("success", "ok", "code", "status", "statuscode", "extensions", "timestamp", "path", "requestid", "traceid"),
    }
)
"""Keys of an error envelope; beside any other key, an error is just one value."""


def crash(answer: Answer) -> str | None:
    """Return the runtime's message if a successful answer ends with a crashed script's error."""
    text = answer.body.text[-5000:] if 200 <= answer.status < 300 and "rror" in answer.body.text else ""
    found = CRASH.search(text) or TRACEBACK.match(answer.body.text[-5000:])
    return found[0] if found else None


def error_only(report: dict[str, Any], declared: set[Any]) -> Iterator[tuple[str, Any]]:
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
    return refused or list(error_only(value, set()))


def reports_internal(answer: Answer) -> bool:
    """Return whether a successful answer reports nothing but an error of the application itself."""
    return INTERNAL.search(answer.body.start) is not None and bool(failure_words(answer))


def _about_request(text: str) -> bool:
    return REQUESTS_OWN.search(text) is not None and not UNKNOWN_FIELD.search(text)
