"""Reads `texts/database.toml`: what drivers write into an answer, and what it means."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from msgspec import Struct

SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
UPPER = re.compile(r"\\.|\(\?P<\w+>|[A-Z]")
"""What of a pattern may be an upper-case letter that stands for itself: not what is escaped, nor a group's name."""
SAYS = (
    "store",
    "extension",
    "schema",
    "read-only",
    "disk-full",
    "rules",
    "tls",
    "login",
    "no-database",
    "connections",
    "pool",
    "starting",
    "name",
    "unreachable",
)
"""What a text can mean."""
SUBJECTS = {"database": "database", "store": "store", "mail": "its mail server"}
"""What an address can belong to, and how it is called."""


class DriverText(Struct, frozen=True):
    """One form of words."""

    says: str
    pattern: re.Pattern[str]
    who: str = ""
    """Who writes it; empty for words that may be about anything."""
    likely: bool = False
    """Whether another program could write the same."""
    subject: str = ""
    """What it is about, where that is no database and no store."""


class Place(Struct, frozen=True):
    """Where a text was found in a body, and what it means there."""

    says: str
    start: int
    end: int
    subject: str
    """`database`, `store`, `something` where the text does not show what, or the name or address of something else."""
    likely: bool = False


def lowered(pattern: str) -> str:
    """Return a pattern for text in small letters: five times as fast as one that ignores case."""
    return UPPER.sub(lambda match: match[0].lower() if len(match[0]) == 1 else match[0], pattern)


@cache
def driver_texts() -> tuple[DriverText, ...]:
    """Return the texts, those that say more first."""
    rows: list[dict[str, Any]] = _table()["text"]
    return tuple(DriverText(**{**row, "pattern": re.compile(lowered(row["pattern"]))}) for row in rows)


@lru_cache(maxsize=32)  # samples say the same, and several rules ask
def place_in(text: str) -> Place | None:
    """Return the most specific place of a body in which a driver speaks, None where none does."""
    small = text.translate(SMALL)  # `lower` makes some texts longer
    for each in driver_texts():
        match = each.pattern.search(small)
        if match is not None:
            known = "store" if each.says == "store" else "database"
            subject = each.subject or (known if each.who else _subject(match))
            return Place(each.says, match.start(), match.end(), subject, each.likely)
    return None


def _subject(match: re.Match[str]) -> str:
    """Return by its host or its port what an address belongs to."""
    about, named = _table()["about"], match.groupdict()
    host, port = named.get("host") or "", int(named.get("port") or 0)
    for kind, subject in SUBJECTS.items():
        if port in about[f"{kind}_ports"] or re.search(about[kind], host, re.IGNORECASE):
            return subject
    return f"{host}:{port}" if port else host


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("smokegate.knowledge") / "texts" / "database.toml").read_text(encoding="utf-8"))
