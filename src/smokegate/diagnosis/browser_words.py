"""What a browser saw, in the words of evidence: what a page shows, and what the same call came to from here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smokegate.diagnosis.wording import quote, seen
from smokegate.observation.browser.model import name_from_here

if TYPE_CHECKING:
    from smokegate.observation.browser import PageCall, PageSeen
    from smokegate.observation.exchange import Exchange
    from smokegate.observation.model import Observation

QUOTED = re.compile(r"(?<=['\"]).*(?=['\"])")
"""What an element says: its text, or the name that goes with its role."""
SHORT = 3
"""Letters of a word that stands anywhere."""


def shown(page: PageSeen, limit: int = 200) -> str:
    """Return what a page shows, quoted: around the words that the file names, where they stand, else its beginning."""
    text = " ".join(page.text.split())
    place = next(filter(None, (_place(each, text) for each in (*page.unwanted, *page.missing))), None)
    if place is None or place.end() <= limit:
        return quote(text, limit)
    start = max(0, min(place.start() - limit // 3, len(text) - limit))
    return f"…{quote(text[start:], limit)}"


def _place(element: str, text: str) -> re.Match[str] | None:
    """Return where a text says the most of an element's first words."""
    quoted = QUOTED.search(element)
    words = re.findall(r"\w+", quoted[0] if quoted else element)
    beginnings = (r"\W+".join(words[:count]) for count in range(len(words), 0, -1))
    found = (re.search(rf"\b{each}\b", text, re.IGNORECASE) for each in beginnings if len(each) > SHORT)
    return next(filter(None, found), None)


def same_call(observation: Observation, call: PageCall) -> Exchange | None:
    """Return the same call from here: one that was repeated, or one of the HTTP side's own."""
    exchanges = observation.exchanges
    found = exchanges.get(name_from_here(call.method, call.url))
    if found is not None:
        return found
    return next((e for e in exchanges.values() if (e.request.method, e.request.url) == (call.method, call.url)), None)


def from_here(same: Exchange | None) -> str:
    """Return the line that says what the same call came to from here, empty where it was not made."""
    return "" if same is None else f"the same call from here: {seen(same)}"
