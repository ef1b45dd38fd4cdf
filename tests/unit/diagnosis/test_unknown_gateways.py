"""Gateways that no data file names are distinguished from applications by general signs; all of them are invented.

Each answers every path; the application's marks are absent. Beside them stand answers that applications make themselves
behind such gateways: these must stay the application's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests_support.diagnosis import answered, judged
from tests_support.suite import backend_only

from smokegate.diagnosis.model import Confidence

HTML = {"content-type": "text/html; charset=utf-8"}
JSON = {"content-type": "application/json"}
PROBLEM = {"content-type": "application/problem+json"}
TEXT = {"content-type": "text/plain"}
BARE = backend_only("/api/ready", status="healthy")
Answered = tuple[int, Any, Mapping[str, str], tuple[str, ...]]
AWAY = ("edge.app-away", "edge.broke-off")

GATEWAYS: dict[str, Answered] = {
    "meshgate-no-instance": (
        503,
        {"code": "NO_LIVE_INSTANCE", "service": "shop", "trace": "9f"},
        {"server": "meshgate/2"},
        AWAY,
    ),
    "harbourline-html": (
        502,
        "<title>Harbourline</title><h1>We could not reach the origin server</h1><p>Ref 8831</p>",
        HTML,
        AWAY,
    ),
    "harbourline-maintenance-200": (
        200,
        "<title>Maintenance</title><h1>We are down for maintenance</h1>",
        HTML,
        ("edge.suspended",),
    ),
    "tidepool-empty-503": (503, "", {"server": "tidepool", "x-tidepool-node": "fra3"}, AWAY),
    "quayside-bare-504": (504, "<h1>504</h1>", {**HTML, "server": "quayside"}, ("edge.app-slow",)),
    "skybridge-521": (521, "", {"server": "skybridge"}, AWAY),
    "skybridge-522": (522, "error 522", {"server": "skybridge", **TEXT}, (*AWAY, "edge.app-slow")),
    "skybridge-530": (530, "", {"server": "skybridge"}, (*AWAY, "edge.name-of-app", "edge.platform-error")),
    "lattice-problem-json": (
        502,
        {"type": "about:blank", "title": "Bad Gateway", "status": 502, "detail": "upstream closed the connection"},
        PROBLEM,
        AWAY,
    ),
    "pontoon-json-504": (
        504,
        {"error": {"code": 504, "message": "The upstream did not respond within 30 seconds"}},
        JSON,
        ("edge.app-slow",),
    ),
    "ferry-404-host": (
        404,
        "<title>Ferry</title><p>No service is bound to this hostname.</p>",
        HTML,
        ("edge.nothing-here", "edge.no-route"),
    ),
    "ferry-404-json": (404, {"error": "no route matches host"}, JSON, ("edge.no-route", "edge.nothing-here")),
    "dockside-404-empty": (404, "", {"server": "dockside"}, ("edge.no-route", "edge.nothing-here")),
    "dockside-200-placeholder": (
        200,
        "<title>Dockside</title><h1>This site has not been published yet</h1>",
        HTML,
        ("edge.nothing-here", "app.wrong-service"),
    ),
    "slipway-starting": (
        503,
        "<title>Waking up</title><p>Your app is being started, please wait a moment.</p>",
        {**HTML, "retry-after": "5"},
        ("edge.app-starting",),
    ),
    "slipway-paused": (503, "This project is paused because of inactivity.", TEXT, ("edge.suspended",)),
    "wharf-limit": (
        429,
        "Slow down: too many requests from your address.",
        {**TEXT, "server": "wharf"},
        ("edge.rate-limited",),
    ),
    "wharf-tls": (525, "SSL handshake with origin failed", {**TEXT, "server": "wharf"}, ("edge.tls-to-app",)),
    "breakwater-block": (
        403,
        "<title>Blocked</title><h1>Request blocked</h1><p>Event ID 77-12</p>",
        HTML,
        ("edge.kept-out",),
    ),
    "breakwater-challenge": (
        403,
        "<title>One moment</title><p>Verify that you are human</p>",
        HTML,
        ("edge.kept-out",),
    ),
    "jetty-like-name-502": (502, "Proxy error: could not connect to backend pool", TEXT, AWAY),
    "gangway-xml": (
        503,
        "<error><code>BackendUnavailable</code><message>The backend is not available</message></error>",
        {"content-type": "application/xml"},
        AWAY,
    ),
    "lighthouse-crash": (502, "Application process exited unexpectedly", TEXT, AWAY),
    "moor-connection-refused": (502, "dial tcp 10.2.3.4:8080: connect: connection refused", TEXT, AWAY),
    "pilot-login": (302, "", {"location": "https://authenticate.corp.example/.pilot/sign_in?to=1"}, ("edge.kept-out",)),
    "spring-gateway-no-instance": (
        503,
        {"status": 503, "error": "Service Unavailable", "message": "The load balancer has no instance of shop"},
        JSON,
        AWAY,
    ),
    "kestrel-proxy-502": (502, "", {"server": "Kestrel"}, AWAY),
    "headland-500-proxying": (500, "There was a problem forwarding the request", TEXT, AWAY),
    "headland-asleep": (503, "<title>Zzz</title><p>This app has gone to sleep</p>", HTML, ("edge.suspended",)),
    "moor-no-such-host": (502, "lookup shop-api.internal: no such host", TEXT, (*AWAY, "edge.name-of-app")),
}
"""Name → status, body, headers, and the causes that are right."""

APPLICATIONS: dict[str, tuple[int, Any, Mapping[str, str]]] = {
    "health-json-503": (503, {"status": "unhealthy", "checks": {"db": "timeout"}}, {"server": "meshgate/2"}),
    "health-that-names-what-it-needs": (503, {"status": "error", "message": "cannot reach inventory"}, {"age": "0"}),
    "rfc7807-own": (
        503,
        {
            "type": "https://shop.example/errors/db",
            "title": "Database unavailable",
            "status": 503,
            "instance": "/health",
        },
        {**PROBLEM, "server": "harbourline"},
    ),
    "express-502-of-a-provider": (
        502,
        {"error": "payment provider did not answer"},
        {"x-powered-by": "Express", "server": "tidepool"},
    ),
    "spring-503": (
        503,
        {"timestamp": "2026-01-09T10:00:00Z", "status": 503, "error": "Service Unavailable", "path": "/health"},
        {"server": "quayside"},
    ),
    "rails-500-page": (
        500,
        "<title>We're sorry, but something went wrong (500)</title>",
        {**HTML, "x-request-id": "1-2", "x-runtime": "0.01", "server": "quayside"},
    ),
    "django-500": (
        500,
        "<h1>Server Error (500)</h1>",
        {
            **HTML,
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
        },
    ),
    "laravel-503": (
        503,
        "<title>Service Unavailable</title>",
        {**HTML, "x-powered-by": "PHP/8.3", "server": "skybridge"},
    ),
    "fastapi-500": (500, "Internal Server Error", {**TEXT, "server": "uvicorn"}),
    "fastapi-404": (404, {"detail": "Not Found"}, {"server": "pontoon"}),
    "express-404": (404, "<pre>Cannot GET /health</pre>", {**HTML, "x-powered-by": "Express"}),
    "graphql-errors": (500, {"errors": [{"message": 'relation "users" does not exist'}]}, {"server": "ferry"}),
    "own-429": (429, {"detail": "Rate limit exceeded: 5 per 1 minute"}, {"server": "uvicorn"}),
    "own-401": (401, {"error": "missing token"}, {"www-authenticate": "Bearer", "server": "dockside"}),
    "go-500-text": (
        500,
        "sql: database is closed\n",
        {**TEXT, "x-content-type-options": "nosniff", "server": "slipway"},
    ),
    "ef-500-database": (500, "Npgsql.NpgsqlException (0x80004005): Failed to connect to 10.0.0.4:5432", TEXT),
    "rails-500-database": (
        500,
        "ActiveRecord::ConnectionNotEstablished: connection to server at 10.0.0.4, port 5432 failed",
        TEXT,
    ),
    "django-500-database": (
        500,
        "<h1>OperationalError at /api/ready</h1> could not connect to server: Connection refused",
        HTML,
    ),
    "kestrel-500-empty": (500, "", {"server": "Kestrel"}),
    "next-500-page": (
        500,
        '<!doctype html><title>500: Internal Server Error</title><div id="__next"></div>',
        {**HTML, "x-powered-by": "Next.js"},
    ),
}


def first(status: int, body: Any, headers: Mapping[str, str], *more: Any) -> Any:
    """What is named first where every path is answered so."""
    both = tuple(answered(name, status, body, headers) for name in ("health", "endpoint /api/ready"))
    return judged(*(more or both), environment=BARE).headline


@pytest.mark.parametrize("name", GATEWAYS)
def test_unknown_gateway_is_a_gateway(name: str) -> None:
    """The cause is an edge's, is no certainty, and the application itself stays possible."""
    status, body, headers, codes = GATEWAYS[name]
    found = first(status, body, headers)
    assert found is not None
    assert found.code in codes, found
    if found.code.startswith("edge."):
        assert found.confidence is not Confidence.CERTAIN
        assert "Find out whether the application or a gateway" in found.steps[0]


@pytest.mark.parametrize("name", APPLICATIONS)
def test_error_behind_an_unknown_gateway_stays_the_applications(name: str) -> None:
    """The form of the answer, or a mark of what the application runs on, tells that the gateway passed it on."""
    found = first(*APPLICATIONS[name])
    assert found is not None
    assert not found.code.startswith(("edge.", "nginx.", "render.")), found


@pytest.mark.parametrize(
    ("body", "headers", "sure"),
    [
        ("", {}, Confidence.LIKELY),
        ("<title>Oh no</title><h1>Something broke</h1>", {**HTML, "server": "tidepool"}, Confidence.LIKELY),
        ("", {"server": "Kestrel"}, Confidence.CERTAIN),
        ("Internal Server Error", TEXT, Confidence.CERTAIN),
        ("<title>ValueError at /health</title>", HTML, Confidence.CERTAIN),
    ],
)
def test_a_500_is_certainly_the_applications_only_with_a_mark_of_it(
    body: str, headers: Mapping[str, str], sure: Confidence
) -> None:
    """An empty 500, or a page that could be anybody's, may come from what stands in front of it."""
    found = first(500, body, headers)
    assert (found.code, found.confidence) == ("app.error", sure)


def test_the_status_in_an_errors_form_is_no_word_of_health() -> None:
    """Spring's form of an error has a `status` that repeats the number."""
    body = {"status": 503, "error": "Service Unavailable", "path": "/health"}
    assert first(503, body, {**JSON, "server": "tomcat"}).code == "app.error"


@pytest.mark.parametrize(
    "headers", [{"server": "meshgate/2"}, {"server": "tidepool", "via": "1.1 tidepool"}, {"x-cache": "MISS"}]
)
def test_healthy_application_behind_an_unknown_gateway_has_no_cause(headers: Mapping[str, str]) -> None:
    """Headers that the gateway adds to the application's answers are no sign of anything."""
    health = answered("health", 200, {"status": "healthy"}, headers)
    ready = answered("endpoint /api/ready", 200, {"ready": True}, headers)
    assert first(200, "", {}, health, ready) is None
