"""What a report of health says of its parts: of the database above all, as JSON, as rows, or as lines of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

LONGEST = 200
"""Bytes of a text that may be one of these words."""
STATUS_KEYS = frozenset(
    {
        *("status", "state", "health", "healthy", "ok", "ready", "success", "alive", "isalive", "isok", "isready"),
        *("overall", "overallstatus", "overallhealth", "healthstatus", "ishealthy"),
        *("servicestatus", "systemstatus", "appstatus", "globalstatus", "outcome"),
        *("zustand", "estado", "statut", "etat", "stato"),
    }
)
"""The keys in which services say how they are, without case and punctuation."""
PART_STATUS = STATUS_KEYS | {"connected", "isconnected", "reachable", "available", "up", "connection"}
"""The keys in which they say how a part is."""
SICK = frozenset(
    {
        *("unhealthy", "down", "error", "errors", "fail", "failed", "failing", "failure", "critical", "fatal"),
        *("notok", "broken", "outofservice", "unavailable", "dead", "sick", "ko", "offline", "notready", "unready"),
        *("starting", "initializing", "initialising", "booting", "warmingup", "draining", "shuttingdown"),
        *("stopping", "stopped", "terminating", "crashed", "panic", "notserving", "nothealthy", "notalive"),
        *("fehler", "fehlerhaft", "ausgefallen", "gestrt", "fallo", "cado", "caido", "fueradeservicio", "nodisponible"),
        *("erreur", "horsservice", "indisponible", "erro", "foradoar", "indisponvel", "errore", "guasto"),
        *("red", "major", "majoroutage", "false", "maintenance", "undermaintenance", "inmaintenance"),
    }
)
"""What no healthy service says of itself, without case, punctuation and letters that have accents."""
AWAY = SICK | {
    *("disconnected", "notconnected", "unreachable", "notreachable", "refused", "timeout", "timedout"),
    *("connectionfailed", "connectionrefused", "connectionerror"),
    *("cannotconnect", "failedtoconnect", "unabletoconnect"),
}
"""What no service says of a database that it uses and reaches."""
DATABASE = r"(?:database|db|postgres|postgresql|mysql|mariadb|mongo|mongodb|sqlserver|mssql)s?"
DATABASE_KEY = re.compile(
    rf"(?:is)?{DATABASE}(?:is)?(?:backend(?:default)?|health(?:check|y)?|check|connections?|connected|status|state|ok|up|ready"
    r"|available|reachable|alive){0,2}"
)
"""The keys in which services say how their database is, without case and punctuation: `db_connected`."""
SWITCHED = re.compile(r"(?:is)?(?:enabled|configured|required|critical|active)")
"""Where this is false, a part is not used, or not needed."""
WELL = frozenset(
    {
        *("ok", "okay", "up", "healthy", "pass", "passed", "passing", "alive", "live", "ready", "running", "online"),
        *("operational", "green", "good", "success", "serving", "active", "available"),
    }
)
"""What a healthy service says of itself: where the file expects another word, it is another answer, and no sick one."""
UNUSED = frozenset({"disabled", "skipped", "optional", "notconfigured", "notenabled", "notused", "notrequired"})
"""What a part says of itself that is not used, as a key that is true, or as its state."""
PARTS = frozenset(
    {
        *("checks", "components", "dependencies", "services", "details", "connections", "entries", "results", "error"),
        *("indicators", "subsystems", "systems", "infrastructure", "healthchecks", "resources", "data", "result"),
        *("response", "payload", "health", "checkresults", "databases"),
    }
)
"""The keys below which services list what they depend on, or wrap their whole report."""
CHECKS = frozenset({"checks", "checkresults", "healthchecks", "databases"})
"""Those that only a report of health has."""
DEEPEST = 3
REASON = re.compile(r"\s*([A-Za-z][A-Za-z _-]{1,30}?)\s*(?:$|[:;(\u2013\u2014\[](?!\s*[0-9])|\s-\s)")
"""A word, and the reason behind it: `error: connection refused`."""
LINE = re.compile(
    r"\s*(?:\[[-!]\]\s*(?P<failed>[\w./ -]{1,60}?)\s+(?:failed|error)\b.*"
    r"|[\u274c\u2717\u2718\U0001f534]\ufe0f?\s*(?P<crossed>[\w. /-]{1,60}?)\s*(?:[:(].*)?"
    r"|[\u2705\u2713\u2714\U0001f7e2]\ufe0f?\s*\w.*"
    r"|(?P<part>[\w .\[\]/-]{1,40}?)\s*[:=]\s*(?P<said>\S.*))",
    re.IGNORECASE,
)
"""A line of a report as text: `database: FAILED`, `[-]etcd failed: reason withheld`."""
LINES = 60
NONE = re.compile(r"\b0\b")
"""In `errors: 0` the word is what is counted."""


def plain(text: object) -> str:
    """Return a key or a word without case and punctuation."""
    return re.sub(r"[^a-z]", "", str(text).lower())


def is_sick(said: Any, words: frozenset[str] = SICK) -> bool:
    """Return whether a value is one that no healthy service says of itself."""
    if isinstance(said, dict):  # a status that is an object: `{"code": "DOWN", "description": "…"}`
        return any(plain(key) in {"code", "status", "state"} and is_sick(each, words) for key, each in said.items())
    if not isinstance(said, str):
        return said is False
    return len(said) <= LONGEST and plain(said) in words and NONE.search(said) is None


def is_away(said: Any) -> bool:
    """Return whether a value is one that no service says of a database that it reaches, with its reason or without."""
    if is_sick(said, AWAY):
        return True
    head = REASON.match(said) if isinstance(said, str) else None
    return head is not None and plain(head[1]) in AWAY


def database_words(report: Any, depth: int = 0, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield where a report of health says that a database is away, and the word."""
    if isinstance(report, list):
        yield from _of_rows(report)
    for key, said in report.items() if isinstance(report, dict) else ():
        name = plain(str(key).partition(":")[0])
        if name == "databases" and isinstance(said, list):
            said = [part for each in said if isinstance(each, dict) for part in each.values()]  # noqa: PLW2901
        if DATABASE_KEY.fullmatch(name):
            inner = _state(said)
            if is_away(inner):
                yield f"json {path}{key}", inner
        elif name in PARTS and depth < DEEPEST and isinstance(said, dict | list):
            yield from database_words(said, depth + 1, f"{path}{key}.")


def is_report(value: dict[str, Any]) -> bool:
    """Return whether a JSON body can only be a report of health: a status, checks, or parts that all have one."""
    if any(plain(key) in STATUS_KEYS or (plain(key) in CHECKS and each) for key, each in value.items()):
        return True
    parts = [each for each in value.values() if isinstance(each, dict)]
    return 1 < len(parts) == len(value) and all(any(plain(key) in STATUS_KEYS for key in each) for each in parts)


def _state(said: Any) -> Any:
    """Return what a part says of itself: its own word, or that of its first key that is one."""
    if isinstance(said, list):
        return next((inner for each in said if is_away(inner := _state(each))), None)
    if not isinstance(said, dict):
        return said
    if any(_is_unused(plain(key), each) for key, each in said.items()):
        return None
    states = [each for key, each in said.items() if plain(key) in PART_STATUS]
    return next((each for each in states if is_away(each)), None)


def _is_unused(key: str, said: Any) -> bool:
    if isinstance(said, bool):
        return key in UNUSED if said else SWITCHED.fullmatch(key) is not None
    return key in PART_STATUS and isinstance(said, str) and plain(said) in UNUSED


def _of_rows(rows: list[Any]) -> Iterator[tuple[str, Any]]:
    for row in rows:
        fields = row if isinstance(row, dict) else {}
        named = (v for k, v in fields.items() if isinstance(v, str) and plain(k) not in PART_STATUS)
        name = next((each for each in named if DATABASE_KEY.fullmatch(plain(each))), "")
        if name and is_away(state := _state(fields)):
            yield f"json {name}", state


def lines_of_trouble(text: str) -> list[tuple[str, str]]:
    """Return the lines in which a report as text says that the whole, or its database, is not well: what, and how."""
    if len(text) > LINES * 4 * LONGEST:  # before it is split: a million lines take ten times their text
        return []
    lines = text.strip().splitlines()
    if not 1 < len(lines) <= LINES or text.lstrip().startswith("<") or any(len(each) > 4 * LONGEST for each in lines):
        return []
    found = [each for each in map(LINE.fullmatch, lines) if each]
    return [trouble for each in found if (trouble := _trouble(each))] if len(found) > 1 else []


def _trouble(line: re.Match[str]) -> tuple[str, str] | None:
    if marked := line["failed"] or line["crossed"]:
        return f"line {marked.strip()}", line[0].strip()[:LONGEST]
    if not line["part"]:
        return None
    name, said = line["part"].strip(), line["said"]
    if is_sick(name):  # `FAIL: database (…)`: the word first
        name, said = said.partition("(")[0].strip(), name
    part, first = plain(name), said.split()[0]
    counts = DATABASE_KEY.fullmatch(part) or (part in STATUS_KEYS and said == line["said"])
    ill = is_away(said) or (first.isupper() and plain(first) in AWAY)
    return (f"line {name}", said[:LONGEST]) if counts and ill else None
