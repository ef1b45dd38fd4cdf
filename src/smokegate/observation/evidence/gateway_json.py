"""Classifies a gateway's JSON error about its upstream."""

from __future__ import annotations

import re
from typing import Any

from smokegate.knowledge.gateway_words import words
from smokegate.observation.evidence.gateway_text import IN_MAINTENANCE, SHORT, Said
from smokegate.observation.evidence.self_report import reports_itself
from smokegate.observation.exchange import Answer

STRONG = re.compile(
    r"\b(?:upstream|gateway|proxy|origin|back-?end|load ?balancer|server|application|app|instance|host)\b",
    re.IGNORECASE,
)
"""Names of an upstream; a health report names dependencies instead."""
LARGEST_JSON = 20_000
"""Maximum bytes of a gateway's JSON."""


def said_in_json(answer: Answer) -> Said | None:
    """Classify a gateway's JSON, which is small, flat and speaks of the upstream."""
    small = answer.status >= 400 and answer.body.size <= LARGEST_JSON
    text = _texts(answer.body.json) if small else None
    if text is None:
        return None
    if answer.status == 503 and reports_itself(answer.body.json) and not STRONG.search(text):
        return None
    behind = words("behind").search(text)
    if answer.status in {502, 503, 504} and (said := _unavailable_in_json(answer, text, behind=behind is not None)):
        return said
    if answer.status == 500 and re.search(r"\bprox(?:y|ying)\b", text, re.IGNORECASE) and behind:
        return Said("app-away")
    if answer.status in {404, 421, 503} and words("no_route").search(text):
        return Said("no-route")
    return Said("kept-out") if answer.status in {401, 403} and words("wants_key").search(text) else None


def _unavailable_in_json(answer: Answer, text: str, *, behind: bool) -> Said | None:
    if words("no_name").search(text):
        return Said("name-of-app")
    if words("maintenance").search(text):
        return IN_MAINTENANCE
    if answer.status == 503 and words("suspended").search(text):
        return Said("suspended")
    late = words("slow").search(text)
    if answer.status == 504 and (behind or late):
        return Said("app-slow")
    return Said("app-slow" if late else "app-away") if behind else None


def _texts(value: Any) -> str | None:
    """Return the texts of a small flat object; None if its shape is an application's."""
    if not isinstance(value, dict) or len(value) > 6 or set(value) == {"detail"}:
        return None
    inner = [each for each in value.values() if isinstance(each, dict)]
    if len(inner) > 1 or any(isinstance(each, list) and each for each in value.values()):
        return None
    texts = [*value.values(), *(inner[0].values() if inner else ())]
    # Codes such as NO_LIVE_INSTANCE or BackendUnavailable are split into words.
    spoken = " ".join(each for each in texts if isinstance(each, str))[:SHORT].replace("_", " ")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", spoken)
