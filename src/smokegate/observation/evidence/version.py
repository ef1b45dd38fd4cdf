"""Reads the deployed commit from an answer and compares it with the one that is expected."""

from __future__ import annotations

from smokegate.environment.model import Version
from smokegate.observation.evidence.assertions import MISSING, lookup
from smokegate.observation.model import Answer

#: Git's own default for abbreviated hashes; fewer characters prove nothing.
SHORTEST = 7
#: What builds write where the commit was not given to them: present is not the same as known.
UNKNOWN = frozenset({"", "unknown", "none", "null", "undefined", "dev"})


def deployed_commit(version: Version, answer: Answer) -> str | None:
    """Return the commit that an answer tells; None where it tells none, or says itself that it is unknown."""
    told: object = None
    if version.header is not None:
        told = answer.headers.get(version.header)
    if told is None and version.field is not None and answer.body.is_json:
        told = lookup(answer.body.json, tuple(version.field.split(".")))
    if told is None or told is MISSING:
        return None
    text = str(told).strip()
    return None if text.lower() in UNKNOWN else text


def same_commit(expected: str, actual: str | None) -> bool:
    """Tell whether two commits are the same; either may be abbreviated to seven characters or more."""
    if actual is None:
        return False
    one, other = sorted((expected.strip().lower(), actual.lower()), key=len)
    return len(one) >= SHORTEST and other.startswith(one)
