"""Whether an answer is a rate limit's, in whatever form applications give it."""

from __future__ import annotations

import re

from smokegate.knowledge.gateway_words import words
from smokegate.observation.evidence.application_marks import visible
from smokegate.observation.evidence.self_report import reports_itself
from smokegate.observation.evidence.sign_in import FAILURE
from smokegate.observation.exchange import Answer

OTHER_FORMS = frozenset({403, 420, 503})
"""Statuses by which older or stricter limits refuse; they mean something else as well, so the words decide."""
SOMEONE_ELSES = re.compile(
    r"\b(?:upstream|provider|third[- ]party|downstream|external|dependenc|openai|stripe|database|connections?|pool)",
    re.IGNORECASE,
)
"""What an application names whose own request to another service met that one's limit."""
LONGEST = 300
"""Characters that a limit says at most; a page that mentions one is longer."""


def is_limit(answer: Answer) -> bool:
    """Return whether an answer says that there were too many requests."""
    if answer.status == 429:
        return True
    if answer.status not in OTHER_FORMS or answer.body.size > 20 * LONGEST:
        return False
    body = answer.body
    if body.is_json and reports_itself(body.json) and str(body.json.get("status")).lower() not in FAILURE:
        return False  # a report of health, not an error in an envelope
    text = body.text if body.is_json else visible(body.text)
    said = len(text) <= LONGEST and words("limited").search(text)
    return bool(said) and SOMEONE_ELSES.search(text) is None
