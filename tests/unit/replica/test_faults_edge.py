"""Each fault of an edge shows the answer that the real edge gives, as it was captured."""

from __future__ import annotations

from typing import Any

import pytest

from smokegate.replica import FAULTS

# path, status, x-render-routing, a part of the body (or all of it, when it is empty)
RENDER: dict[str, tuple[str, int, str | None, str]] = {
    "no-server": ("/anything", 404, "no-server", "Not Found\n"),
    "no-server-intermittent": ("/health", 404, "no-server", "Not Found\n"),
    "waking": ("/health", 503, "hibernate-wake-error", ""),
    "cold-start": ("/health", 200, None, "healthy"),
    "wake-failed": ("/health", 503, "hibernate-wake-error", ""),
    "wake-failed-old-name": ("/health", 503, "dynamic-hibernate-error-503", ""),
    "wake-throttled": ("/health", 429, "hibernate-rate-limited", "Too Many Requests"),
    "interstitial": ("/health", 200, None, "Service waking up ..."),
    "interstitial-503": ("/health", 503, None, "Service waking up ..."),
    "suspended-by-owner": ("/health", 503, "suspend-by-user", "suspended by its owner."),
    "suspended-billing": ("/health", 503, "suspend", "This service has been suspended.</body>"),
    "maintenance-page": ("/health", 503, None, "Down for maintenance"),
    "no-deploy": ("/health", 502, "no-deploy", "Bad Gateway"),
    "crashing": ("/health", 502, "dynamic-paid-error", "<h1>Bad Gateway</h1>"),
    "crashing-free": ("/health", 502, "dynamic-free-error", "<h1>Bad Gateway</h1>"),
    "subdomain-disabled": ("/health", 404, "blocked-render-subdomain", "404 Not Found"),
    "unknown-edge": ("/health", 503, "never-seen-before", ""),
    "cloudflare-error": ("/health", 520, None, "520: Web server is returning an unknown error"),
}
_UNAVAILABLE = '{"error":"upstream_unavailable","message":"Backend service temporarily unavailable. '
# the status of /health and of /api/monitoring/summary, and a part of the latter's body
NGINX: dict[str, tuple[int, int, str]] = {
    "backend-down": (502, 503, _UNAVAILABLE),
    "upstream-unavailable": (503, 503, _UNAVAILABLE),
    "bad-gateway": (502, 502, "<center><h1>502 Bad Gateway</h1></center>"),
    "bad-gateway-everywhere": (502, 502, "<center><h1>502 Bad Gateway</h1></center>"),
    "backend-dies-when-asked": (502, 503, _UNAVAILABLE),
    "backend-hung": (504, 503, _UNAVAILABLE),
    "gateway-timeout": (504, 504, "<center><h1>504 Gateway Time-out</h1></center>"),
    "rate-limited": (200, 429, "<center><h1>429 Too Many Requests</h1></center>"),
    "rate-limited-everywhere": (429, 429, "<center><h1>429 Too Many Requests</h1></center>"),
    "stale-upstream": (502, 503, _UNAVAILABLE),
}


def _of(kind: str, place: str) -> list[str]:
    return [name for name, fault in FAULTS[kind].items() if fault.place == place]


@pytest.mark.parametrize("name", [name for name in _of("tectonic", "render") if name in RENDER])
def test_render_answers_as_captured(serve: Any, ask: Any, name: str) -> None:
    path, status, routing, body = RENDER[name]
    answer = ask(serve("tectonic", name, seconds=0.2), "GET", path)
    assert (answer.status_code, answer.headers.get("x-render-routing")) == (status, routing)
    assert body in answer.text


def test_every_fault_of_render_has_its_face() -> None:
    assert set(_of("tectonic", "render")) == {*RENDER, "bundle-missing", "publish-directory-empty"}


def test_a_lost_bundle_is_an_empty_404_of_the_static_site(serve: Any, ask: Any) -> None:
    replica = serve("tectonic", "bundle-missing")
    answer = ask(replica, "GET", "/assets/index-0000000.js", frontend=True)
    assert (answer.status_code, answer.text) == (404, "")
    assert answer.headers["x-render-routing"] == "static-no-asset"
    assert ask(replica, "GET", "/", frontend=True).status_code == 200


def test_an_empty_publish_directory_serves_no_page(serve: Any, ask: Any) -> None:
    answer = ask(serve("tectonic", "publish-directory-empty"), "GET", "/", frontend=True)
    assert (answer.status_code, answer.headers["x-render-routing"]) == (404, "static-no-asset")


@pytest.mark.parametrize("name", [name for name in _of("trading", "nginx") if name in NGINX])
def test_nginx_answers_as_measured(serve: Any, ask: Any, name: str) -> None:
    health, monitoring, body = NGINX[name]
    replica = serve("trading", name)
    assert ask(replica, "GET", "/health").status_code == health
    answer = ask(replica, "GET", "/api/monitoring/summary")
    assert answer.status_code == monitoring
    assert body in answer.text


def test_every_fault_of_nginx_has_its_face() -> None:
    assert set(_of("trading", "nginx")) == set(NGINX)


def test_the_dashboard_stays_up_while_the_backend_is_away(serve: Any, ask: Any) -> None:
    assert ask(serve("trading", "backend-down"), "GET", "/", frontend=True).status_code == 200


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("tectonic", "waking"),
        ("tectonic", "starting"),
        ("trading", "starting"),
        ("trading", "stale-upstream"),
    ],
)
def test_a_passing_fault_passes(serve: Any, ask: Any, until: Any, kind: str, name: str) -> None:
    replica = serve(kind, name, seconds=0.3)
    assert ask(replica, "GET", "/health").status_code >= 500
    until(lambda: ask(replica, "GET", "/health").status_code == 200, "a healthy answer")


def test_a_cold_start_holds_the_first_request(serve: Any, ask: Any) -> None:
    answer = ask(serve("tectonic", "cold-start", seconds=0.4), "GET", "/health")
    assert answer.elapsed.total_seconds() >= 0.4
