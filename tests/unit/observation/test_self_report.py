"""What a report of health says of the application and of its database, whatever the file declares."""

from __future__ import annotations

from typing import Any

import pytest

from smokegate.environment.model import Expectation
from smokegate.observation.evidence.self_report import sick_words, works_in_part
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
        ({"overall_status": "unhealthy"}, "json overall_status"),
        ({"isHealthy": False}, "json isHealthy"),
        ({"status": {"code": "DOWN", "description": "no disk"}}, "json status"),
        ({"code": 500, "msg": "Redis connection failed", "data": None}, "json code"),
        ({"ok": True, "db_connected": False}, "json db_connected"),
        ({"status": "ok", "database": {"connected": False, "latency_ms": None}}, "json database"),
        ({"status": "healthy", "database": "error: (psycopg2.OperationalError) refused"}, "json database"),
        ({"status": "ok", "checks": [{"name": "database", "status": "error"}]}, "json database"),
        (
            {"status": "pass", "checks": {"postgres:connections": [{"status": "fail"}]}},
            "json checks.postgres:connections",
        ),
        ({"DatabaseBackend": "unavailable: Database error", "ok": True}, "json DatabaseBackend"),
        ({"checkResults": [{"name": "Database", "status": "failed"}]}, "json Database"),
        ({"databases": [{"default": {"ok": False}}], "caches": [{"default": {"ok": True}}]}, "json databases"),
        ({"database": {"healthy": False}, "deadlocks": {"healthy": True}}, "json database"),
        ({"outcome": "DOWN", "checks": []}, "json outcome"),
        ({"estado": "caído"}, "json estado"),
        ({"status": "Fehler"}, "json status"),
        ({"status": "ok", "database": {"disabled": False, "status": "down"}}, "json database"),
    ],
)
def test_trouble_is_found(report: Any, where: str) -> None:
    """A success that reports a database as away is not a success."""
    assert said(report) == [where]


@pytest.mark.parametrize(
    "report",
    [
        {"status": "ok", "database": "connected"},
        {"status": "ok", "checks": {"postgres": {"status": "up"}, "cache": {"status": "down"}}},
        {"status": "ok", "database": "timeouts are set"},
        {"database": "down", "items": [1]},
        {"database": {"healthy": False}, "items": {"price": 1}},
        {"databases": [{"default": {"ok": True}}]},
        {"status": "ok", "data": {"last_import": {"status": "failed"}, "mode": "error"}},
        {"status": "ok", "db": {"pool": 5}},
        {"status": "ok", "database": None},
        [{"name": "db", "status": "up"}, {"name": "cache", "status": "down"}, "db", {"name": "db"}],
        {"status": "ok", "errors": 0, "failed": [], "degraded": False, "last_error": None},
        {"status": "ok", "database": {"connected": True, "last_error": "refused", "replica": {"connected": False}}},
        {"status": "ok", "database": {"enabled": False, "connected": False}},
        {"status": "ok", "mongodb": {"status": "disabled", "connected": False}},
        {"status": "ok", "mysql": {"skipped": True, "healthy": False}},
        {"status": "ok", "dependencies": [{"name": "mongodb", "critical": False, "status": "down"}]},
        {"status": "ok", "database": "errors: 0"},
        {"code": 200, "msg": "success", "data": {"errors": 0}},
        {"status": "ok", "jobs": [{"name": "nightly database copy", "status": "failed"}]},
    ],
)
def test_no_trouble_is_made_up(report: Any) -> None:
    """Other words, other parts, and bodies that are no report of health count for nothing."""
    assert said(report) == []


def test_what_the_file_declares_is_judged_by_that_alone() -> None:
    """A file may say that this deployment runs without its database."""
    assert said({"status": "ok", "database": "down"}, json={"database": "down"}) == []


def of_text(text: str) -> list[str]:
    """Return where a body of text says that something is wrong."""
    return [what for what, _ in sick_words(Expectation(), Answer(200, Headers(), Body(text, len(text))))]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("app: ok\ndatabase: fail\n", ["line database"]),
        ("default: PASSED It runs (0s)\ndatabase: FAILED Error: 'refused' (0s)", ["line database"]),
        ("[+]ping ok\n[-]etcd failed: reason withheld\n", []),
        ("[+]ping ok\n[-]etcd failed: reason withheld\n[-]log failed: reason withheld", ["line etcd", "line log"]),
        ("OK: app\nFAIL: database (SQLSTATE[HY000] [2002] Connection refused)", ["line database"]),
        ("status: DOWN\nversion: 1", ["line status"]),
        ("database: ok\nerrors: 0\ncache: down\n", []),
        ("OK: 0 errors, 0 failed, database not down", []),
        ("<script>\nstatus: 'error',\ndatabase: 'down',\n</script>", []),
        ("database: error rate 0 %\nstatus: ok", []),
        ("\u2705 app\n\u274c database: connection refused", ["line database"]),
        ("\u2705 app\n\u2705 database", []),
        ('<?xml version="1.0"?><health><status>DOWN</status><part>UP</part></health>', ["status"]),
        ("<health><status>UP</status><part><status>DOWN</status></part></health>", []),
    ],
)
def test_reports_of_several_lines_are_read(text: str, where: list[str]) -> None:
    """A line counts for the whole, for the database, or where the report marks it as failed."""
    assert of_text(text) == where


@pytest.mark.parametrize(
    ("report", "found"),
    [
        ({"status": "degraded"}, ("it", "degraded")),
        ({"status": "WARN: two of five shards"}, ("it", "WARN: two of five shards")),
        ({"status": "ok", "redis": "down"}, ("redis", "down")),
        ({"status": "ok", "checks": {"queue": {"healthy": False}}}, ("checks.queue", "False")),
        ({"status": "ok", "checks": [{"name": "payments", "status": "FAIL"}]}, ("payments", "FAIL")),
        ({"status": "ok", "redis": False}, None),
        ({"status": "ok", "cache": "disabled", "services": {"mail": {"enabled": False, "status": "down"}}}, None),
        ({"status": "ok", "services": {"last_error": "timeout", "cron": "stopped", "status": "error"}}, None),
        ({"status": "ok", "queue": {"failed": 532, "dead": 12}, "features": {"payments": False}}, None),
        ({"rows": 3, "redis": "down"}, None),
    ],
)
def test_a_part_that_is_away_is_said(report: dict[str, Any], found: tuple[str, str] | None) -> None:
    """A report that calls the whole well says which part is not; what is switched off, or history, is none."""
    answer = Answer(200, Headers(), Body("", 0, json=report, is_json=True))
    assert works_in_part(Expectation.read({}), answer) == found


def test_an_error_without_a_word_is_none() -> None:
    """.NET's results carry an error whose fields are empty."""
    assert said({"isSuccess": True, "error": {"code": "", "message": ""}, "value": {"id": 1}}) == []
