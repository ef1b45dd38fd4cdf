"""Each fault of an application, its database or its monitoring shows what its title says, and only that."""

from __future__ import annotations

from typing import Any

import pytest

from smokegate.replica import FAULTS

_REGISTER = "/api/auth/register"
_SUMMARY = "/api/monitoring/summary"
_READY = "/api/health/ready"
Face = tuple[str, int, str]

# kind and name: the path that shows it (registration is a POST), the status, a part of the body
FACES: dict[tuple[str, str], Face] = {
    ("tectonic", "health-missing"): ("/health", 404, '{"detail":"Not Found"}'),
    ("trading", "health-missing"): ("/health", 404, '{"detail":"Not Found"}'),
    ("tectonic", "unhealthy"): ("/health", 200, '"status":"unhealthy"'),
    ("trading", "unhealthy"): ("/health", 200, '"status":"unhealthy"'),
    ("tectonic", "unhealthy-503"): ("/health", 503, '"status":"unhealthy"'),
    ("trading", "unhealthy-503"): ("/health", 503, '"status":"unhealthy"'),
    ("tectonic", "wrong-service"): ("/health", 200, "Tectonic Notification Worker"),
    ("tectonic", "default-page"): ("/health", 200, "Welcome to nginx!"),
    ("trading", "default-page"): ("/api/anything", 200, "Welcome to nginx!"),
    ("tectonic", "key-missing"): ("/api/market/quotes", 503, "FINNHUB_API_KEY is not set"),
    ("tectonic", "variable-missing-at-run-time"): (_REGISTER, 500, "SECRET_KEY"),
    ("tectonic", "docs-open"): ("/docs", 200, "swagger"),
    ("tectonic", "error"): ("/health", 500, "Internal Server Error"),
    ("trading", "error"): ("/health", 500, "Internal Server Error"),
    ("tectonic", "error-everywhere"): (_REGISTER, 500, "Internal Server Error"),
    ("trading", "error-everywhere"): (_SUMMARY, 500, "Internal Server Error"),
    ("tectonic", "database-check-broken"): ("/health/db", 200, "Textual SQL expression"),
    ("trading", "ping-says-otherwise"): ("/ping_fast", 200, '{"pong":true}'),
    ("tectonic", "health-without-json"): ("/health", 200, "OK"),
    ("trading", "health-without-json"): ("/health", 200, "OK"),
    ("tectonic", "health-empty"): ("/health", 200, ""),
    ("tectonic", "health-of-another-type"): ("/health", 200, '["healthy"]'),
    ("tectonic", "database-stopped"): (_REGISTER, 500, "(psycopg2.OperationalError) connection to server at"),
    ("trading", "database-stopped"): (_READY, 503, "upstream_unavailable"),
    ("tectonic", "database-password-wrong"): (_REGISTER, 500, "password authentication failed for user"),
    ("trading", "database-password-wrong"): (_READY, 503, "upstream_unavailable"),
    ("tectonic", "database-name-unknown"): (_REGISTER, 500, "could not translate host name"),
    ("tectonic", "database-full-of-clients"): (_REGISTER, 500, "sorry, too many clients already"),
    ("tectonic", "database-file-gone"): (
        _REGISTER,
        500,
        "(sqlite3.OperationalError) unable to open database",
    ),
    ("tectonic", "database-read-only"): (_REGISTER, 500, "attempt to write a readonly database"),
    ("tectonic", "tables-gone"): (_REGISTER, 500, "no such table: users"),
    ("trading", "tables-gone"): ("/api/health/system", 200, '"global_status":"FAIL"'),
    ("tectonic", "tables-gone-in-postgresql"): (_REGISTER, 500, 'relation \\"users\\" does not exist'),
    ("trading", "monitoring-error"): (_SUMMARY, 200, '"backend_health":"error"'),
    ("trading", "monitoring-error-of-keys"): (_SUMMARY, 200, '"backend_health":"error"'),
    ("trading", "monitoring-fails"): (_SUMMARY, 500, "Internal Server Error"),
    ("trading", "monitoring-missing"): (_SUMMARY, 404, "Not Found"),
    ("trading", "monitoring-without-status"): (_SUMMARY, 200, '{"uptime_seconds":12.0}'),
    ("trading", "monitoring-status-unknown"): (_SUMMARY, 200, '"backend_health":"sideways"'),
    ("trading", "updater-stopped"): (_SUMMARY, 200, '"last_sync_seconds":3600.'),
    ("trading", "clock-ahead"): (_SUMMARY, 200, '"last_sync_seconds":-'),
    ("trading", "updater-never-ran"): (_SUMMARY, 200, '"last_sync_seconds":null'),
    ("trading", "degraded"): (_SUMMARY, 200, '"backend_health":"degraded"'),
    ("trading", "trading-unhealthy"): (_SUMMARY, 200, '"backend_health":"unhealthy"'),
}
# those that one answer cannot show; each has a test of its own here or in test_faults_edge.py
OTHERWISE = {
    "partial-outage",
    "half-without-database",
    "one-instance-down",
    "mixed-versions",
    "old-version",
    "version-unknown",
    "debug-on",
    "slow",
    "slow-login",
    "slow-ping",
    "slow-summary",
    "starting",
}
_PLACES = {"app", "database", "monitoring"}
_BLIND = [key for key in FACES if FAULTS[key[0]][key[1]].where == "database"]


@pytest.mark.parametrize(("kind", "name"), FACES)
def test_the_application_answers_as_described(
    serve: Any, ask: Any, person: dict[str, str], kind: str, name: str
) -> None:
    path, status, body = FACES[kind, name]
    replica = serve(kind, name)
    answer = ask(replica, "POST", path, json=person) if path == _REGISTER else ask(replica, "GET", path)
    assert answer.status_code == status
    assert body in answer.text if body else answer.text == ""


def test_every_fault_of_these_places_has_its_face() -> None:
    placed = {
        (kind, name)
        for kind, of_kind in FAULTS.items()
        for name, fault in of_kind.items()
        if fault.place in _PLACES and name not in OTHERWISE
    }
    assert placed == set(FACES)


@pytest.mark.parametrize(("kind", "name"), _BLIND)
def test_health_stays_green_whatever_the_database_does(serve: Any, ask: Any, kind: str, name: str) -> None:
    assert ask(serve(kind, name), "GET", "/health").json()["status"] in {"healthy", "ok"}


@pytest.mark.parametrize("name", ["database-stopped", "tables-gone"])
def test_the_summary_stays_healthy_without_a_database(serve: Any, ask: Any, name: str) -> None:
    summary = ask(serve("trading", name), "GET", _SUMMARY).json()
    assert (summary["backend_health"], summary["last_sync_seconds"]) == ("healthy", None)


def test_login_hides_what_the_database_said(serve: Any, ask: Any, person: dict[str, str]) -> None:
    answer = ask(serve("tectonic", "database-stopped"), "POST", "/api/auth/login", json=person)
    assert (answer.status_code, answer.json()) == (500, {"detail": "Login failed"})


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if "partial-outage" in FAULTS[kind]])
def test_two_of_five_health_requests_fail(serve: Any, ask: Any, kind: str) -> None:
    replica = serve(kind, "partial-outage")
    assert [ask(replica, "GET", "/health").status_code for _ in range(5)] == [200, 500, 200, 500, 200]


def test_one_of_two_instances_is_away(serve: Any, ask: Any) -> None:
    replica = serve("tectonic", "one-instance-down")
    assert [ask(replica, "GET", "/health").status_code for _ in range(4)] == [200, 502, 200, 502]


@pytest.mark.parametrize(("kind", "header"), [("tectonic", "x-tectonic-commit"), ("trading", "x-atp-backend-commit")])
def test_commits_differ_as_described(serve: Any, ask: Any, kind: str, header: str) -> None:
    def commits(name: str) -> list[str]:
        replica = serve(kind, name)
        return [
            "right" if commit == replica.commit else commit if commit == "unknown" else "wrong"
            for commit in (ask(replica, "GET", "/health").headers[header] for _ in range(3))
        ]

    assert commits("mixed-versions") == ["right", "wrong", "right"]
    assert commits("old-version") == ["wrong"] * 3
    assert commits("version-unknown") == ["unknown"] * 3


def test_debug_mode_answers_errors_with_a_traceback(serve: Any, ask: Any, person: dict[str, str]) -> None:
    replica = serve("tectonic", "debug-on")
    token = ask(replica, "POST", _REGISTER, json=person).json()["access_token"]
    answer = ask(replica, "GET", "/api/auth/me", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 500
    assert "Traceback (most recent call last)" in answer.text


@pytest.mark.parametrize(
    ("kind", "name", "method", "path"),
    [
        ("tectonic", "slow", "GET", "/health"),
        ("trading", "slow", "GET", "/health"),
        ("tectonic", "slow-login", "POST", "/api/auth/login"),
        ("trading", "slow-ping", "GET", "/ping_fast"),
        ("trading", "slow-summary", "GET", _SUMMARY),
    ],
)
def test_a_slow_path_takes_its_time(  # noqa: PLR0913, PLR0917 -- a table's columns
    serve: Any, ask: Any, kind: str, name: str, method: str, path: str
) -> None:
    answer = ask(serve(kind, name, seconds=0.4), method, path)
    assert answer.elapsed.total_seconds() >= 0.4
