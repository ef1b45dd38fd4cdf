"""The healthy trading backend answers as the real one does, through its nginx."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/ping_fast", {"status": "ok", "source": "ping_fast"}),
        ("/health", {"status": "ok"}),
        ("/api/health", {"ok": True}),  # nginx asks /__ping for it
        ("/api/health/ready", {"status": "ready", "db": "up"}),
    ],
)
def test_health_paths_answer(trading: Any, ask: Any, path: str, expected: dict[str, Any]) -> None:
    answer = ask(trading, "GET", path)
    assert (answer.status_code, answer.json()) == (200, expected)


@pytest.mark.parametrize("path", ["/ping_fast", "/health", "/api/health"])
def test_health_paths_take_no_head(trading: Any, ask: Any, path: str) -> None:
    assert ask(trading, "HEAD", path).status_code == 405


def test_the_summary_is_healthy_and_fresh(trading: Any, ask: Any) -> None:
    summary = ask(trading, "GET", "/api/monitoring/summary").json()
    assert summary["backend_health"] == "healthy"
    assert 0 <= summary["last_sync_seconds"] < 60


def test_the_whole_system_passes(trading: Any, ask: Any) -> None:
    system = ask(trading, "GET", "/api/health/system").json()
    assert (system["global_status"], system["db_status"]) == ("PASS", "up")


def test_every_answer_of_the_backend_shows_its_build(trading: Any, ask: Any) -> None:
    headers = ask(trading, "GET", "/ping_fast").headers
    assert headers["x-atp-backend-commit"] == trading.commit
    assert headers["x-atp-backend-buildtime"] != "unknown"


def test_options_is_nginx_own_answer(trading: Any, ask: Any) -> None:
    answer = ask(trading, "OPTIONS", "/api/monitoring/summary")
    assert answer.status_code == 204
    assert "x-atp-backend-commit" not in answer.headers


def test_the_dashboard_and_the_api_share_an_address(trading: Any, ask: Any) -> None:
    assert trading.frontend_url == trading.backend_url
    assert "Automated Trading Platform" in ask(trading, "GET", "/", frontend=True).text


def test_the_updater_renews_the_state(trading: Any, ask: Any, until: Any) -> None:
    first = ask(trading, "GET", "/api/health/system").json()["market_updater"]["last_heartbeat_seconds"]

    def renewed() -> bool:
        updater = ask(trading, "GET", "/api/health/system").json()["market_updater"]
        return bool(updater["last_heartbeat_seconds"] < first)

    until(renewed, "a heartbeat younger than the first one seen")


def test_one_run_stays_within_the_rate_limit_and_a_flood_does_not(serve: Any, ask: Any) -> None:
    replica = serve("trading")
    statuses = [ask(replica, "GET", "/api/monitoring/summary").status_code for _ in range(60)]
    assert statuses[:15] == [200] * 15
    assert 429 in statuses


def test_too_many_requests_is_nginx_own_page_without_a_time(serve: Any, ask: Any) -> None:
    answer = ask(serve("trading", "rate-limited"), "GET", "/api/monitoring/summary")
    assert answer.headers["content-type"] == "text/html"
    assert "<center>nginx/1.22.1</center>" in answer.text
    assert "retry-after" not in answer.headers
