"""Detects rate-limit answers in all common forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from smokegate.observation.exchange import Answer

OTHER_FORMS = frozenset({403, 420, 503})
"""Statuses of older or stricter limits; they have other meanings, so the wording decides."""
LONGEST = 300
"""Maximum characters of a limit's message; a page that mentions one is longer."""
MESSAGES = re.compile(
    r"code|data|description|detail|details|error|errors|error_?code|error_?description|errorMessage|error_?message"
    r"|message|msg|reason|status|title|type",
    re.IGNORECASE,
)
"""JSON keys for messages about the request; others may name a dependency."""
BEFORE = re.compile(
    r"[\W\d]*(?:(?:a|an|api|are|been|client|error|exceeded|for|from|global|has|have|hit|http|in|ip|is|login|made|making"
    r"|new|of|over|please|reached|request|requests|response|sending|sent|server|sorry|status|the|there|this|too|user"
    r"|users|was|we|were|you|your)[\W\d]+)*",
    re.IGNORECASE,
)
"""Words allowed before a limit's wording: others may name an external service whose limit was hit."""
SOMEONE_ELSES = re.compile(
    r"\b(?:upstream|provider|third[- ]party|downstream|external|dependenc|database|connections?|pool)", re.IGNORECASE
)
"""Words for another service whose limit the application hit."""


def is_limit(answer: Answer) -> bool:
    """Return whether an answer says that there were too many requests."""
    if answer.status == 429:
        return True
    return answer.status in OTHER_FORMS and answer.body.size <= 20 * LONGEST and _says_so(answer)


def _says_so(answer: Answer) -> bool:
    from smokegate.knowledge.gateway_words import words  # noqa: PLC0415 -- a green run reads none of it
    from smokegate.observation.evidence.application_marks import visible  # noqa: PLC0415 -- see above
    from smokegate.observation.evidence.self_report import reports_itself  # noqa: PLC0415 -- see above
    from smokegate.observation.evidence.sign_in_reply import FAILURE  # noqa: PLC0415 -- see above

    body = answer.body
    if body.is_json and reports_itself(body.json) and str(body.json.get("status")).lower() not in FAILURE:
        return False  # a health report, not an error in an envelope
    texts = list(_messages(body.json)) if body.is_json else [visible(body.start)]
    if sum(map(len, texts)) > LONGEST or any(map(SOMEONE_ELSES.search, texts)):
        return False
    found = ((text, words("limited").search(text)) for text in texts)
    return any(limit is not None and BEFORE.fullmatch(text, 0, limit.start()) for text, limit in found)


def _messages(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield an error's texts; codes such as RATE_LIMITED are split into words."""
    if isinstance(value, str):
        yield value.replace("_", " ")
    elif depth < 5 and isinstance(value, list):
        for each in value:
            yield from _messages(each, depth + 1)
    elif depth < 5 and isinstance(value, dict):
        for key, each in value.items():
            if MESSAGES.fullmatch(key):
                yield from _messages(each, depth + 1)
