"""Whether an answer is a rate limit's, in whatever form applications give it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from smokegate.observation.exchange import Answer

OTHER_FORMS = frozenset({403, 420, 503})
"""Statuses by which older or stricter limits refuse; they mean something else as well, so the words decide."""
LONGEST = 300
"""Characters that a limit says at most; a page that mentions one is longer."""
MESSAGES = re.compile(
    r"code|data|description|detail|details|error|errors|error_?code|error_?description|errorMessage|error_?message"
    r"|message|msg|reason|status|title|type",
    re.IGNORECASE,
)
"""Keys of JSON under which an application speaks of the request; any other one may name what it depends on."""
BEFORE = re.compile(
    r"[\W\d]*(?:(?:a|an|api|are|been|client|error|exceeded|for|from|global|has|have|hit|http|in|ip|is|login|made|making"
    r"|new|of|over|please|reached|request|requests|response|sending|sent|server|sorry|status|the|there|this|too|user"
    r"|users|was|we|were|you|your)[\W\d]+)*",
    re.IGNORECASE,
)
"""What may stand before a limit's words: anything else may be the name of a service that limits the application."""
SOMEONE_ELSES = re.compile(
    r"\b(?:upstream|provider|third[- ]party|downstream|external|dependenc|database|connections?|pool)", re.IGNORECASE
)
"""What an application names whose own request to another service met that one's limit."""


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
        return False  # a report of health, not an error in an envelope
    texts = list(_messages(body.json)) if body.is_json else [visible(body.start)]
    if sum(map(len, texts)) > LONGEST or any(map(SOMEONE_ELSES.search, texts)):
        return False
    found = ((text, words("limited").search(text)) for text in texts)
    return any(limit is not None and BEFORE.fullmatch(text, 0, limit.start()) for text, limit in found)


def _messages(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the texts of an error; a code such as RATE_LIMITED is read as the words that it is made of."""
    if isinstance(value, str):
        yield value.replace("_", " ")
    elif depth < 5 and isinstance(value, list):
        for each in value:
            yield from _messages(each, depth + 1)
    elif depth < 5 and isinstance(value, dict):
        for key, each in value.items():
            if MESSAGES.fullmatch(key):
                yield from _messages(each, depth + 1)
