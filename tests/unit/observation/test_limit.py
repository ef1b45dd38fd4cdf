"""An answer is a rate limit's, in whatever form it comes."""

from __future__ import annotations

from typing import Any

import pytest
from tests_support.diagnosis import answered

from smokegate.observation.evidence.limit import is_limit
from smokegate.observation.exchange import Answer


def an_answer(status: int, body: Any) -> Answer:
    """Return an answer with a body."""
    answer = answered("health", status, body).answer
    assert answer is not None
    return answer


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (429, ""),
        (503, {"error": "Too many requests, please try again later."}),
        (503, {"status": "error", "message": "Rate limit exceeded"}),
        (403, {"message": "API rate limit exceeded for 203.0.113.7."}),
        (420, "Enhance Your Calm"),
        (503, "Slow down"),
        (503, {"error": {"code": "RATE_LIMITED", "message": "You have exceeded the rate limit."}}),
        (503, {"detail": "Request was throttled. Expected available in 5 seconds."}),
        (403, {"errors": [{"title": "Error: too many requests"}]}),
        (503, "<html><title>503</title><h1>Too many requests</h1></html>"),
    ],
)
def test_a_limit_is_one_in_any_form(status: int, body: Any) -> None:
    """429 always is; older statuses are where the words say so."""
    assert is_limit(an_answer(status, body))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "Too many requests"),
        (401, {"error": "Too many requests"}),
        (503, ""),
        (403, {"detail": "Forbidden"}),
        (503, {"error": "OpenAI: rate limit exceeded"}),
        (503, {"error": "Shopify API rate limit exceeded"}),
        (503, {"error": "failed to fetch prices: 429 Too Many Requests"}),
        (503, {"error": "Rate limit of the upstream reached"}),
        (503, {"mailer": {"error": "rate limit exceeded"}, "db": "ok"}),
        (503, {"error": "too many connections to the database: throttled"}),
        (503, {"status": "unhealthy", "queue": "throttled"}),
        (503, {"status": "unhealthy", "error": "rate limit exceeded"}),
        (503, "Too many requests " + "about the history of rate limits, at length. " * 40),
    ],
)
def test_what_only_mentions_a_limit_is_none(status: int, body: Any) -> None:
    """Another service's limit, a report of health and a long page are none of the application's own."""
    assert not is_limit(an_answer(status, body))
