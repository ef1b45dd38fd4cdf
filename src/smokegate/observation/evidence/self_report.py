"""What an answer says of the application's own health, in the words that services use for it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smokegate.environment.model import Expectation
    from smokegate.observation.exchange import Answer

STATUS_KEYS = frozenset({"status", "state", "health", "healthy", "ok", "ready", "success"})
"""The keys in which services say how they are."""
SICK = frozenset(
    {
        *("unhealthy", "down", "error", "errors", "fail", "failed", "failing", "failure", "critical", "fatal"),
        *("notok", "broken", "outofservice", "unavailable", "dead", "sick", "ko", "offline", "notready", "unready"),
        *("starting", "initializing", "initialising", "booting", "warmingup", "draining", "shuttingdown"),
        *("stopping", "stopped", "terminating", "crashed", "panic"),
        *("red", "major", "majoroutage", "false", "maintenance", "undermaintenance", "inmaintenance"),
    }
)
"""What no healthy service says of itself, without case and punctuation."""
DATABASE_KEYS = frozenset({"database", "db", "postgres", "postgresql", "mysql", "mariadb", "mongo", "mongodb"})
"""The keys in which services say how their database is, beside how they are themselves."""
AWAY = SICK | {"disconnected", "notconnected", "unreachable", "notreachable", "refused", "timeout", "timedout"}
"""What no service says of a database that it uses and reaches."""
PARTS = frozenset({"checks", "components", "dependencies", "services", "details", "connections"})
"""The keys below which services list what they depend on."""
CRASH = re.compile(
    r"\b(?:PHP )?(?:Fatal|Parse) error(?:</b>)?:\s[^\n]{1,500}(?:\n.{0,3000}?)? on line (?:<b>)?\d{1,6}(?:</b>)?\s*"
    r"(?:<br ?/?>\s*)?(?:</pre>\s*)?(?:</body>\s*)?(?:</html>\s*)?\Z",
    re.DOTALL,
)
"""What PHP writes last where it ends a script in an error; with `display_errors` the status stays 200."""
ENVELOPES = ("data", "result", "response", "payload", "health")
"""The keys in which frameworks wrap every answer."""
LONGEST = 200
"""Bytes of a text that may be one of those words."""


def sick_words(promise: Expectation, answer: Answer) -> list[tuple[str, Any]]:
    """Return what a success says of itself that no healthy application says: a key or the body, and the word.

    What the file declares of a key, or of the text, is judged by that alone.
    """
    if not 200 <= answer.status < 300:
        return []
    if answer.body.is_json:
        value = answer.body.json
        if isinstance(value, list):
            return [] if promise.json_ or promise.text_rules else list(_rows_without_database(value))
        declared = {each.path[0] for each in promise.json_ if each.path}
        pairs = value.items() if isinstance(value, dict) and not promise.text_rules else ()
        found = [
            (f"json {path}{key}", said)
            for path, part in (("", dict(pairs)), *_wrapped(dict(pairs), declared))
            for key, said in part.items()
            if key not in declared and _says_ill(str(key).lower(), said)
        ]
        return found or list(_without_database(dict(pairs), declared)) or list(_error_only(dict(pairs), declared))
    word = "" if answer.body.size > LONGEST else answer.body.text.strip()
    return [("body", word)] if not promise.text_rules and is_sick(word) else []


def _error_only(report: dict[str, Any], declared: set[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the error that is all that an answer has to say: GraphQL's form, Lambda's, or an error's own."""
    if declared or any(str(key).lower() in STATUS_KEYS for key in report) or report.get("data"):
        return
    for key in ("error", "errors", "errorMessage", "exception"):
        said = report.get(key)
        if isinstance(said, str | list | dict) and said and str(said).lower() not in {"none", "no", "null", "ok"}:
            yield f"json {key}", said if isinstance(said, str) else json.dumps(said)[:LONGEST]


def _says_ill(key: str, said: Any) -> bool:
    """Return whether a key says that the application is not well, or that someone has put it in maintenance."""
    switch = re.sub(r"[^a-z]", "", key) in {"maintenance", "maintenancemode", "inmaintenance"}
    number = key == "status" and isinstance(said, int) and 500 <= said <= 599
    return (key in STATUS_KEYS and is_sick(said)) or (switch and said is True) or number


def crash(answer: Answer) -> str | None:
    """Return the runtime's own words where a success ends in the message of a script that died."""
    text = answer.body.text[-5000:] if 200 <= answer.status < 300 and "rror" in answer.body.text else ""
    found = CRASH.search(text)
    return found[0] if found else None


def reports_itself(value: Any) -> bool:
    """Return whether a JSON body is a report of health that says that the application is not well."""
    pairs = value.items() if isinstance(value, dict) else ()
    return any(str(key).lower() in STATUS_KEYS and is_sick(said) for key, said in pairs)


def _wrapped(report: dict[str, Any], declared: set[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a report says within the envelope that every answer of an application has."""
    for key in ENVELOPES:
        if key not in declared and isinstance(part := report.get(key), dict):
            yield f"{key}.", part


def _without_database(report: dict[str, Any], declared: set[Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a report of health says of a database that is away, where it calls the whole well."""
    overall = [said for key, said in report.items() if str(key).lower() in STATUS_KEYS]
    if not overall or any(is_sick(said) for said in overall):
        return  # no report of health, or one that says it of the whole
    parts = [("", report), *((f"{k}.", v) for k, v in report.items() if str(k).lower() in PARTS)]
    for path, part in parts:
        for key, said in part.items() if isinstance(part, dict) else ():
            if str(key).lower() in DATABASE_KEYS and not declared & {key, path.rstrip(".")}:
                inner = next((v for k, v in said.items() if k in STATUS_KEYS), None) if isinstance(said, dict) else said
                if is_sick(inner, AWAY):
                    yield f"json {path}{key}", inner


def _rows_without_database(rows: list[Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a health check that is a list of parts says of a database that is away."""
    for row in rows:
        fields = row if isinstance(row, dict) else {}
        name = next((each for each in fields.values() if isinstance(each, str) and each.lower() in DATABASE_KEYS), "")
        state = next((each for key, each in fields.items() if str(key).lower() in STATUS_KEYS), None)
        if name and is_sick(state, AWAY):
            yield f"json {name}", state


def is_sick(said: Any, words: frozenset[str] = SICK) -> bool:
    """Return whether a value is one that no healthy service says of itself."""
    if not isinstance(said, str):
        return said is False
    return len(said) <= LONGEST and re.sub(r"[^a-z]", "", said.lower()) in words
