"""Reads `texts/refusals.toml`: why a working application refuses a sign-in or a new token."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from smokegate.knowledge import rows, table

LONGEST = 2000
"""Maximum characters of an answer that are searched for a reason."""
ALTERNATIVE = re.compile(r"\bor\b", re.IGNORECASE)
"""Before a reason: the answer deliberately names several, to reveal nothing."""
DENIED = re.compile(r"""[\w-]{0,40}["']\s*:\s*(?:false|null|0|""|\[\]|\{\})""", re.IGNORECASE)
"""After a reason: it is a JSON key with a false or empty value."""


class Reason(Struct, frozen=True):
    """One reason."""

    name: str
    pattern: re.Pattern[str]
    what: str
    step: str


def reason_in(text: str, *, alone: bool = True, kind: str = "reason") -> Reason | None:
    """Return an answer's reason for a refused sign-in, or of a `token`; None if it has none.

    `alone` ignores an answer that names several reasons ("wrong password or locked").
    """
    for each in _reasons(kind):
        stated = (m for m in each.pattern.finditer(text[:LONGEST]) if not DENIED.match(text, m.end()))
        found = next(stated, None)
        if found is None:
            continue
        several = ALTERNATIVE.search(text, max(0, found.start() - 40), found.start())
        return None if alone and several else each
    return None


@cache
def _reasons(kind: str) -> tuple[Reason, ...]:
    return rows(table("texts", "refusals.toml")[kind], Reason)
