"""What a report of health says of the application and of its database, whatever the file declares."""

from __future__ import annotations

from typing import Any

import pytest

from smokegate.environment.model import Expectation
from smokegate.observation.evidence.self_report import sick_words
from smokegate.observation.exchange import Answer, Body, Headers


def said(value: Any, **declared: Any) -> list[str]:
    """Return where a JSON body says that something is wrong."""
    body = Body("", 0, json=value, is_json=True)
    promise = Expectation.read(declared)
    return [what for what, _ in sick_words(promise, Answer(200, Headers(), body))]


@pytest.mark.parametrize(
    ("report", "where"),
    [
        ({"status": "unhealthy"}, "json status"),
        ({"status": "ok", "database": "disconnected"}, "json database"),
        ({"success": True, "data": {"status": "DOWN"}}, "json data.status"),
        ({"healthy": True, "db": False}, "json db"),
        ({"status": "ok", "checks": {"postgres": {"status": "down", "error": "timeout"}}}, "json checks.postgres"),
        ({"ok": True, "services": {"mongodb": "unreachable"}}, "json services.mongodb"),
        ([{"name": "cache", "status": "up"}, {"name": "db", "status": "down"}], "json db"),
    ],
)
def test_trouble_is_found(report: Any, where: str) -> None:
    """A success that reports a database as away is no success."""
    assert said(report) == [where]


@pytest.mark.parametrize(
    "report",
    [
        {"status": "ok", "database": "connected"},
        {"status": "ok", "checks": {"postgres": {"status": "up"}, "cache": {"status": "down"}}},
        {"status": "ok", "database": "timeouts are set"},
        {"database": "down", "items": [1]},
        {"status": "ok", "data": {"last_import": {"status": "failed"}, "mode": "error"}},
        {"status": "ok", "db": {"pool": 5}},
        {"status": "ok", "database": None},
        [{"name": "db", "status": "up"}, {"name": "cache", "status": "down"}, "db", {"name": "db"}],
    ],
)
def test_no_trouble_is_made_up(report: Any) -> None:
    """Other words, other parts, and bodies that are no report of health count for nothing."""
    assert said(report) == []


def test_what_the_file_declares_is_judged_by_that_alone() -> None:
    """A file may say that this deployment runs without its database."""
    assert said({"status": "ok", "database": "down"}, json={"database": "down"}) == []
