"""A monitoring summary that lists what is wrong is quoted by that."""

from __future__ import annotations

from typing import Any

import pytest
from tests_support.diagnosis import answered, found_by

from smokegate.diagnosis.rules.monitoring.status import whys


def test_the_errors_of_the_summary_are_the_evidence() -> None:
    summary = {"backend_health": "unhealthy", "age": 3, "ticks": 2210, "errors": ["price feed: 401 Unauthorized"]}
    finding = found_by("monitoring.unhealthy", answered("monitoring", 200, summary))
    assert finding is not None
    assert "it says why: `price feed: 401 Unauthorized`" in finding.evidence[0]


@pytest.mark.parametrize(
    ("summary", "found"),
    [
        ({"reason": "queue is full"}, ["queue is full"]),
        ({"checks": {"db": {"error": "too many clients"}}}, ["too many clients"]),
        ({"errors": [{"component": "feed", "message": "401"}]}, ["feed", "401"]),
        ({"errors": [], "status": "unhealthy", "error_count": 3}, []),
        ({"errors": ["a", "a", "b", "c", "d"]}, ["a", "b", "c"]),
        ("unhealthy", []),
        ({"a": {"b": {"c": {"d": {"e": {"error": "too deep"}}}}}}, []),
    ],
)
def test_what_is_wrong_stands_under_keys_that_say_so(summary: Any, found: list[str]) -> None:
    assert whys(summary) == found
