"""Reads `texts/database.toml`: error texts of database drivers and their meaning."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from string import ascii_lowercase, ascii_uppercase

from msgspec import Struct

from smokegate.knowledge import rows, table

SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
UPPER = re.compile(r"\\.|\(\?P<\w+>|[A-Z]")
"""Upper-case letters of a pattern that are literal: neither escaped nor in a group's name."""
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
"""The possible meanings of a text."""
SUBJECTS = {"database": "database", "store": "store", "mail": "its mail server"}
"""What an address can belong to, and its name in messages."""


class DriverText(Struct, frozen=True, forbid_unknown_fields=True):
    """One error text."""

    says: str
    pattern: re.Pattern[str]
    who: str = ""
    """The driver that writes it; empty for texts that may be about anything."""
    likely: bool = False
    """Whether another program could write the same text."""
    subject: str = ""
    """Its subject, if that is neither a database nor a store."""


class Place(Struct, frozen=True):
    """A text's position in a body, and its meaning."""

    says: str
    start: int
    end: int
    subject: str
    """`database`, `store`, `something` if the text does not show it, or another subject's name or address."""
    likely: bool = False


def lowered(pattern: str) -> str:
    """Return a pattern for lower-case text: five times as fast as ignoring case."""
    return UPPER.sub(lambda match: match[0].lower() if len(match[0]) == 1 else match[0], pattern)


@cache
def driver_texts() -> tuple[DriverText, ...]:
    """Return the texts, the most specific first."""
    written = table("texts", "database.toml")["text"]
    return rows([{**row, "pattern": lowered(row["pattern"])} for row in written], DriverText, re.NOFLAG)


@lru_cache(maxsize=32)  # samples repeat texts, and several rules call this
def place_in(text: str) -> Place | None:
    """Return the most specific driver text in a body, None if there is none."""
    small = text.translate(SMALL)  # `str.lower` can change the length
    for each in driver_texts():
        match = each.pattern.search(small)
        if match is not None:
            known = "store" if each.says == "store" else "database"
            subject = each.subject or (known if each.who else _subject(match))
            return Place(each.says, match.start(), match.end(), subject, each.likely)
    return None


def _subject(match: re.Match[str]) -> str:
    """Return an address's subject, by its host or port."""
    about, named = table("texts", "database.toml")["about"], match.groupdict()
    host, port = named.get("host") or "", int(named.get("port") or 0)
    for kind, subject in SUBJECTS.items():
        if port in about[f"{kind}_ports"] or re.search(about[kind], host, re.IGNORECASE):
            return subject
    return f"{host}:{port}" if port else host
