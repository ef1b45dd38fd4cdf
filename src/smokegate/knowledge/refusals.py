"""Reads `texts/refusals.toml`: why an application that works turns a sign-in away, or refuses a token that is new."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from msgspec import Struct

LONGEST = 2000
"""Characters of an answer in which a reason is looked for."""
ALTERNATIVE = re.compile(r"\bor\b", re.IGNORECASE)
"""Before a reason: the answer names several, so that a stranger learns nothing from it."""
DENIED = re.compile(r"""[\w-]{0,40}["']\s*:\s*(?:false|null|0|""|\[\]|\{\})""", re.IGNORECASE)
"""After a reason: it is a key of JSON whose value says that it is not so."""


class Reason(Struct, frozen=True):
    """One reason."""

    name: str
    pattern: re.Pattern[str]
    what: str
    step: str


def reason_in(text: str, *, alone: bool = True, kind: str = "reason") -> Reason | None:
    """Return the reason that an answer gives for its refusal, None where it gives none.

    Args:
        text: the answer's body.
        kind: `reason` for a sign-in that is refused, `token` for a token.
        alone: whether a reason counts only where the answer does not name several ("wrong password or locked").
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
    source = files("smokegate.knowledge") / "texts" / "refusals.toml"
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    return tuple(
        Reason(each["name"], re.compile(each["pattern"], re.IGNORECASE), each["what"], each["step"])
        for each in table[kind]
    )
