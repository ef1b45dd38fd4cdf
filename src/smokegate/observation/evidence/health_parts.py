"""Component states in a health report, above all the database's: as JSON, as rows, or as lines of text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from smokegate.observation.evidence.health_vocabulary import (
    AWAY,
    CHECKS,
    DATABASE_KEY,
    DATABASE_NAME,
    GONE,
    LONGEST,
    NO_PART,
    PART_STATUS,
    PARTS,
    SICK,
    STATUS_KEYS,
    STORE_KEY,
    SWITCHED,
    UNUSED,
    WELL,
)

DEEPEST = 3
REASON = re.compile(r"\s*([A-Za-z][A-Za-z _-]{1,30}?)\s*(?:$|[:;(\u2013\u2014\[](?!\s*[0-9])|\s-\s)")
"""A word followed by its reason: `error: connection refused`."""
LINE = re.compile(
    r"\s*(?:\[[-!]\]\s*(?P<failed>[\w./ -]{1,60}?)\s+(?:failed|error)\b.*"
    r"|[\u274c\u2717\u2718\U0001f534]\ufe0f?\s*(?P<crossed>[\w. /-]{1,60}?)\s*(?:[:(].*)?"
    r"|[\u2705\u2713\u2714\U0001f7e2]\ufe0f?\s*\w.*"
    r"|(?P<part>[\w .\[\]/-]{1,40}?)\s*[:=]\s*(?P<said>\S.*))",
    re.IGNORECASE,
)
"""A line of a text report: `database: FAILED`, `[-]etcd failed: reason withheld`."""
LINES = 60
STATES = AWAY | WELL
NONE = re.compile(r"\b0\b")
"""In `errors: 0` the word is counted, not reported."""


def plain(text: object) -> str:
    """Return a key or a word in lower case without punctuation; one in another script keeps its letters."""
    low = str(text).lower()
    return re.sub(r"[^a-z]", "", low) or re.sub(r"[\W\d_]", "", low)


def is_sick(said: Any, words: frozenset[str] = SICK) -> bool:
    """Return whether a value reports an unhealthy service."""
    if isinstance(said, dict):  # a status that is an object: `{"code": "DOWN", "description": "…"}`
        return any(plain(key) in {"code", "status", "state"} and is_sick(each, words) for key, each in said.items())
    if not isinstance(said, str):
        return said is False
    return len(said) <= LONGEST and plain(said) in words and NONE.search(said) is None


def is_away(said: Any, words: frozenset[str] = AWAY) -> bool:
    """Return whether a value reports an unreachable database, with or without a reason."""
    return is_sick(said, words) or leading_word(said) in words


def leading_word(said: Any) -> str:
    """Return the word before a reason (`error: connection refused`), empty if there is none."""
    head = REASON.match(said) if isinstance(said, str) else None
    return plain(head[1]) if head else ""


def database_words(report: Any) -> Iterator[tuple[str, Any]]:
    """Yield where a health report says that a database is unreachable, and the word."""
    return _words(report, _is_database)


def part_words(report: Any) -> Iterator[tuple[str, Any]]:
    """Yield where a health report says that another dependency is unreachable, and the word."""
    return ((where, said) for where, said in _words(report, _is_other_part) if is_away(said, GONE) or said is False)


def _is_database(name: str, *, listed: bool) -> bool:  # noqa: ARG001 -- as _is_other_part
    return DATABASE_KEY.fullmatch(plain(name)) is not None or (" " in name and DATABASE_NAME.search(name) is not None)


def _is_other_part(name: str, *, listed: bool) -> bool:
    key = plain(name)
    if STORE_KEY.fullmatch(key):
        return True
    return listed and not (key in STATUS_KEYS or NO_PART.fullmatch(key) or _is_database(name, listed=listed))


def _words(report: Any, counts: Callable[..., bool], depth: int = 0, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the states of matching components; a component is listed below one of PARTS, or a row."""
    if isinstance(report, list):
        yield from _of_rows(report, counts)
    for key, said in report.items() if isinstance(report, dict) else ():
        name = str(key).partition(":")[0]
        if plain(name) == "databases" and isinstance(said, list):
            said = [part for each in said if isinstance(each, dict) for part in each.values()]  # noqa: PLW2901
        if plain(name) in PARTS and depth < DEEPEST and isinstance(said, dict | list) and plain(name) != "databases":
            yield from _words(said, counts, depth + 1, f"{path}{key}.")
        elif counts(name, listed=depth > 0):
            inner = _state(said)
            if is_away(inner) and (inner is not said or inner is not False or counts is _is_database):
                yield f"json {path}{key}", inner


def is_report(value: dict[str, Any]) -> bool:
    """Return whether a JSON body is certainly a health report: a status, checks, or components with their states."""
    if any(plain(key) in STATUS_KEYS or (plain(key) in CHECKS and each) for key, each in value.items()):
        return True
    if sum(isinstance(each, str) and plain(each) in STATES for each in value.values()) > 1:
        return True
    parts = [each for each in value.values() if isinstance(each, dict)]
    return 1 < len(parts) == len(value) and all(any(plain(key) in STATUS_KEYS for key in each) for each in parts)


def _state(said: Any) -> Any:
    """Return a component's state: its own word, or that of its first status key."""
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


def _of_rows(rows: list[Any], counts: Callable[..., bool]) -> Iterator[tuple[str, Any]]:
    for row in rows:
        fields = row if isinstance(row, dict) else {}
        named = (v for k, v in fields.items() if isinstance(v, str) and plain(k) not in PART_STATUS)
        name = next((each for each in named if counts(each, listed=True)), "")
        if name and is_away(state := _state(fields)):
            yield f"json {name}", state


def lines_of_trouble(text: str) -> list[tuple[str, str]]:
    """Return the lines of a text report that report an unhealthy service or database: name and state."""
    if len(text) > LINES * 4 * LONGEST:  # before splitting: a million lines need ten times the memory
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
