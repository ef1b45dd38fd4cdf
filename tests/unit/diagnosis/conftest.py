"""One defect for every rule, by hand: what of a healthy observation it changes, and the decisive evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace
from tests_support.diagnosis import (
    BACKEND,
    COMMIT,
    FRONTEND,
    STARTED,
    an_environment,
    answered,
    came_to,
    everywhere,
    page,
    silent,
    silent_everywhere,
)

from smokegate.diagnosis.model import Confidence
from smokegate.observation.exchange import Answer, Attempt, Body, Certificate, Exchange, Headers, Request
from smokegate.observation.model import ApiAddress, ControlProbe, PageFile, PageView
from smokegate.observation.transport.causes import WireCause

CERTAIN, LIKELY, POSSIBLE = Confidence
ROUTING = "x-render-routing"
NGINX = "<html><center><h1>{0}</h1></center><hr><center>nginx/1.22.1</center></html>"
AWAY = {"error": "upstream_unavailable", "message": "Backend service temporarily unavailable."}
BROKEN_OFF = "<h1>Proxy Error</h1> The proxy server received an invalid\nresponse from an upstream server."
GARBAGE = Answer(200, Headers((("server", "Apache/2.4.71 (Debian)"),)), Body("garbage", 7))
SAMPLES = ("health", "health 2", "health 3")
SUSPENDED = "<title>Service Suspended</title>This service has been suspended."
SQL = '(psycopg2.OperationalError) connection to server at "10.0.0.7", port 5432 failed: Connection refused'
MIXED = {"status": "healthy", "service": "Trading API"}


GONE = "/auth/login"
"""A path of the API without its prefix."""
LOGIN_ONLY = {"login": "/api/auth/login", "account": "/api/auth/me"}
LET_IN = {
    "access-control-allow-origin": FRONTEND,
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "content-type",
}
STANDING = an_environment(sign_in=LOGIN_ONLY)


@dataclass(frozen=True)
class Defect:
    """What is changed, and what must be found."""

    code: str
    changes: tuple[Exchange, ...] = ()
    decisive: str = ""
    """Stands in the first line of the evidence."""
    confidence: Confidence = CERTAIN
    advisory: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)


def wire(code: str, cause: WireCause, confidence: Confidence = CERTAIN) -> Defect:
    """No answer from the whole backend."""
    return Defect(code, silent_everywhere(cause), cause.title, confidence)


def routed(code: str, status: int, value: str, confidence: Confidence = CERTAIN) -> Defect:
    """Render's edge answers for the whole backend."""
    return Defect(code, everywhere(status, "", {ROUTING: value}), f"`{ROUTING}: {value}`", confidence)


def edge(says: str, status: int, text: str, headers: Mapping[str, str], confidence: Confidence = CERTAIN) -> Defect:
    """Something else than the application answers for the whole backend."""
    return Defect(f"edge.{says}", everywhere(status, text, dict(headers)), f"answered {status}; ", confidence)


def calls(code: str, address: str) -> Defect:
    """The frontend's script calls another address."""
    found = ApiAddress("/assets/index.js", address, address if "://" in address else FRONTEND + address)
    return Defect(code, (), f"`{address}`", CERTAIN, fields={"api_addresses": (found,)})


def address(value: str) -> ApiAddress:
    """What the page's HTTP client is given as its base."""
    return ApiAddress("/assets/index.js", value, value if "://" in value else f"{FRONTEND}/{value}")


def broken_file(code: str, exchange: Exchange, problem: str, confidence: Confidence = CERTAIN, **more: str) -> Defect:
    """A file of the page that a browser cannot use."""
    file = PageFile(exchange.name, more.get("role", "script"), problem, certain=confidence is CERTAIN)
    return Defect(code, (exchange,), problem, confidence, fields={"page": PageView((file,))})


def refused(name: str) -> Exchange:
    """A request with a key that is answered 401."""
    exchange = answered(name, 401, {"error": "unauthorized"})
    request = replace(exchange.request, headers=Headers((("X-Api-Key", "key-12345678"),)))
    return replace(exchange, request=request)


def nginx(status: int) -> tuple[Exchange, ...]:
    """Nginx's own page for the whole backend."""
    return everywhere(status, NGINX.format(status), {"content-type": "text/html"})


def mixed() -> tuple[Exchange, ...]:
    """Samples that tell two versions."""
    return (
        answered("health", 200, MIXED, {"x-commit": "a" * 40}),
        answered("health 2", 200, MIXED, {"x-commit": "b" * 40}),
    )


OFFLINE = (
    ControlProbe("1.1.1.1:443", reached=False, cause=WireCause.UNREACHABLE),
    ControlProbe("api.github.com:443", reached=False),
)
ORIGIN = SimpleNamespace(origin=(SimpleNamespace(path="/health", status=200),))
EXPIRING = Certificate("backend.example.com", "R11", ("backend.example.com",), STARTED + timedelta(days=5))
WOKEN = (Attempt(Answer(503, Headers(((ROUTING, "hibernate-wake-error"),))), 0.0, 1.0),)

DEFECTS = (
    Defect(
        "runner.offline",
        silent_everywhere(WireCause.NAME_SERVER),
        "`1.1.1.1:443`",
        fields={"control": OFFLINE},
    ),
    wire("runner.proxy", WireCause.PROXY),
    wire("net.name-not-found", WireCause.NAME_NOT_FOUND),
    wire("net.name-server", WireCause.NAME_SERVER, LIKELY),
    wire("net.refused", WireCause.REFUSED),
    wire("net.unreachable", WireCause.UNREACHABLE),
    wire("net.connect-timeout", WireCause.CONNECT_TIMEOUT, LIKELY),
    wire("tls.expired", WireCause.TLS_EXPIRED),
    wire("tls.wrong-host", WireCause.TLS_WRONG_HOST),
    wire("tls.untrusted", WireCause.TLS_UNTRUSTED, LIKELY),
    Defect(
        "tls.no-certificate",
        silent_everywhere(WireCause.TLS_HANDSHAKE, "HandshakeError: [SSL: TLSV1_UNRECOGNIZED_NAME] unrecognized name"),
        WireCause.TLS_HANDSHAKE.title,
    ),
    Defect(
        "tls.default-certificate",
        silent_everywhere(WireCause.TLS_UNTRUSTED, "self-signed; the certificate is for CN=TRAEFIK DEFAULT CERT"),
        "TRAEFIK DEFAULT CERT",
    ),
    wire("tls.client-certificate", WireCause.TLS_CLIENT),
    Defect("access.credentials-refused", tuple(map(refused, SAMPLES)), "answered 401", LIKELY),
    wire("net.reset", WireCause.RESET),
    wire("net.hung", WireCause.READ_TIMEOUT, LIKELY),
    wire("net.truncated", WireCause.TRUNCATED),
    wire("net.bad-framing", WireCause.BAD_FRAMING, LIKELY),
    wire("net.redirect-loop", WireCause.TOO_MANY_REDIRECTS),
    wire("net.too-large", WireCause.TOO_LARGE),
    Defect(
        "net.redirects",
        everywhere(302, "", {"location": "https://moved.example.com/"}),
        "redirects to https://moved.example.com/",
    ),
    Defect(
        "tls.expiring",
        (answered("health", 200, MIXED, {"x-commit": COMMIT}, certificate=EXPIRING),),
        "2026-11-27",
        advisory=True,
    ),
    routed("render.no-server", 404, "no-server"),
    routed("render.waking", 503, "hibernate", LIKELY),
    routed("render.wake-failed", 503, "hibernate-wake-error", LIKELY),
    routed("render.wake-throttled", 429, "hibernate-rate-limited"),
    routed("render.suspended-by-owner", 503, "suspend-by-user"),
    routed("render.suspended-billing", 503, "suspend"),
    routed("render.no-deploy", 502, "no-deploy", LIKELY),
    routed("render.crashing-paid", 502, "dynamic-paid-error"),
    routed("render.crashing-free", 502, "dynamic-free-error"),
    routed("render.subdomain-disabled", 404, "blocked-render-subdomain"),
    routed("render.unknown-edge", 503, "never-seen-before", LIKELY),
    Defect(
        "render.static-asset-missing",
        (answered("page", 404, "", {ROUTING: "static-no-asset"}),),
        "static-no-asset",
    ),
    Defect(
        "render.interstitial",
        everywhere(200, "<h1>Service waking up</h1>", {"content-type": "text/html"}),
        "Service waking up",
    ),
    Defect("nginx.upstream-unavailable", everywhere(503, AWAY), "upstream_unavailable", LIKELY),
    Defect("nginx.bad-gateway", nginx(502), "nginx's own page for status 502", LIKELY),
    Defect("nginx.unavailable", nginx(503), "nginx's own page for status 503", LIKELY),
    Defect("nginx.gateway-timeout", nginx(504), "nginx's own page for status 504", LIKELY),
    Defect(
        "nginx.rate-limited",
        (answered("monitoring", 429, NGINX.format(429), {"content-type": "text/html"}),),
        "status 429",
    ),
    Defect(
        "app.rate-limited", everywhere(429, {"error": "slow down"}, {"retry-after": "9"}), "`retry-after: 9`", LIKELY
    ),
    Defect("nginx.own-error", nginx(500), "nginx's own page for status 500", LIKELY),
    edge("nothing-here", 404, "The deployment could not be found", {"x-vercel-error": "DEPLOYMENT_NOT_FOUND"}),
    edge("no-route", 404, "", {"server": "envoy"}),
    edge("app-away", 502, "", {"server": "Caddy"}),
    edge("app-slow", 504, "upstream request timeout", {"server": "envoy"}),
    edge("app-starting", 503, "The service is starting up, no healthy upstream yet", {"server": "lb"}, LIKELY),
    edge("broke-off", 502, BROKEN_OFF, {"server": "Apache/2.4.71 (Debian)"}),
    edge("suspended", 503, "This Deployment is paused.", {"x-vercel-error": "DEPLOYMENT_PAUSED"}),
    edge("rate-limited", 429, "Too Many Requests", {"x-retry-in": "1s"}, LIKELY),
    edge("kept-out", 403, "<title>Just a moment...</title>", {"cf-mitigated": "challenge"}),
    edge("too-large", 413, "<h1>413 Payload Too Large</h1>", {"content-type": "text/html"}, LIKELY),
    edge("function-crashed", 500, "error code: 1101", {"cf-error-type": "1101"}),
    edge("out-of-resources", 503, "error code: 1102", {"cf-error-type": "1102"}),
    edge("tls-to-app", 526, "Invalid SSL certificate", {"server": "cloudflare"}),
    edge("name-of-app", 530, "error code: 1016", {"cf-error-type": "1016"}),
    edge("app-error", 503, "<h1>via_upstream (503 -)</h1>", {"content-type": "text/html"}),
    edge("platform-error", 500, "", {"x-vercel-error": "INTERNAL_FUNCTION_SERVICE_UNAVAILABLE"}),
    edge("own-page", 200, "<h1>Warning</h1>", {"ngrok-error-code": "ERR_NGROK_6024"}),
    Defect("edge.garbled", tuple(came_to(name, GARBAGE) for name in SAMPLES), "garbage", LIKELY),
    Defect(
        "edge.cached",
        tuple(answered(n, 200, MIXED, {"age": "7212", "x-commit": COMMIT}) for n in SAMPLES),
        "`age: 7212`",
    ),
    Defect(
        "nginx.stale-upstream",
        nginx(502),
        "on the server itself answered 200",
        LIKELY,
        fields={"server": ORIGIN},
    ),
    Defect(
        "app.health-missing",
        tuple(answered(n, 404, {"detail": "Not Found"}) for n in ("health", "health 2", "health 3")),
        "answered 404",
    ),
    Defect(
        "app.unhealthy",
        tuple(answered(n, 200, {**MIXED, "status": "unhealthy"}) for n in ("health", "health 2", "health 3")),
        "unhealthy",
    ),
    Defect(
        "app.wrong-service",
        tuple(answered(n, 200, {**MIXED, "service": "Mailer"}) for n in ("health", "health 2", "health 3")),
        "Mailer",
    ),
    Defect("app.host-refused", everywhere(400, "Invalid host header"), "`Invalid host header`", LIKELY),
    Defect("app.partial-outage", (answered("health 2", 500, "Internal Server Error"),), "answered 500", LIKELY),
    Defect("app.mixed-versions", mixed(), "a" * 40),
    Defect("app.wrong-version", (), "expected fedcba9", fields={"expected_commit": "fedcba98765"}),
    Defect(
        "app.database-unreachable",
        (answered("register", 500, {"detail": f"Registration failed: {SQL}"}),),
        "connection to server at",
        LIKELY,  # the ready check, which touches the database, is answered
    ),
    Defect(
        "app.database-not-initialised",
        (answered("register", 500, {"detail": 'relation "users" does not exist'}),),
        "does not exist",
    ),
    Defect(
        "app.dependency-unreachable",
        (answered("endpoint /api/quotes", 500, {"detail": "connect ECONNREFUSED 172.18.0.4:6379"}),),
        "6379",
        LIKELY,
    ),
    Defect(
        "app.missing-variable",
        (answered("endpoint /api/quotes", 503, {"detail": "FINNHUB_API_KEY is not set"}),),
        "FINNHUB_API_KEY",
    ),
    Defect(
        "app.debug-on",
        (answered("account", 200, {"debug": True}),),
        '"debug"',
    ),
    Defect(
        "app.slow",
        (answered("health", 200, MIXED, {"x-commit": COMMIT}, warm_seconds=3.0),),
        "took 3000 ms",
        advisory=True,
    ),
    Defect("app.error", (answered("endpoint /api/quotes", 500, "Internal Server Error"),), "answered 500"),
    Defect("app.promise-broken", (answered("endpoint /api/quotes", 200, {"source": "cache"}),), "'market'"),
    Defect("sign-in.pretended", (page("register"),), "answered 200"),
    Defect("sign-in.login-missing", (answered("login", 404, {"detail": "Not Found"}),), "answered 404"),
    Defect(
        "sign-in.account-lost",
        (answered("login", 401, {"detail": "Incorrect email or password"}),),
        "answered 401",
        LIKELY,
    ),
    Defect(
        "sign-in.key-not-shared",
        (answered("account", 401, {"detail": "Could not validate credentials"}),),
        "answered 401",
        LIKELY,
    ),
    Defect("sign-in.session-survives", (answered("account without token", 200, {"id": 7}),), "answered 200"),
    Defect(
        "sign-in.any-password",
        (answered("wrong password", 200, {"id": 7, "access_token": "[redacted]"}),),
        "answered 200",
    ),
    Defect(
        "sign-in.relogin-refused",
        (answered("logout", 204), answered("account again", 401, {"detail": "Token has been revoked"})),
        "the very token",
    ),
    Defect(
        "sign-in.unconfirmed",
        (answered("register", 201, {"id": 7}), answered("login first", 403, {"detail": "E-mail not verified"})),
        "not verified",
    ),
    Defect(
        "sign-in.other-fields",
        (answered("register", 201, {"id": 7}), answered("login first", 422, {"detail": "Field required"})),
        "Field required",
        LIKELY,
    ),
    Defect("sign-in.csrf", (answered("register", 403, "CSRF verification failed."),), "CSRF verification failed"),
    Defect(
        "sign-in.no-token",
        (answered("login first", 200, {"status": "welcome"}),),
        "welcome",
        LIKELY,
        fields={"environment": STANDING},
    ),
    Defect(
        "sign-in.not-admitted",
        (
            answered(
                "login first", 400, {"code": "captcha_failed", "message": "captcha protection: request disallowed"}
            ),
        ),
        "captcha_failed",
        LIKELY,
        fields={"environment": STANDING},
    ),
    Defect(
        "sign-in.cookie-domain",
        (
            answered("login first", 200, {}, {"set-cookie": "sid=0123456789; Domain=.other.example"}),
            answered("account", 401, {"message": "Unauthenticated."}),
        ),
        "other.example",
        LIKELY,
        fields={"environment": an_environment(sign_in={**LOGIN_ONLY, "session": "cookie"})},
    ),
    Defect(
        "sign-in.cookie-attributes",
        (
            answered("login first", 200, {}, {"set-cookie": "sid=0123456789; SameSite=None"}),
            answered("account", 401, {"message": "Unauthenticated."}),
        ),
        "SameSite=None without Secure",
        LIKELY,
        fields={"environment": an_environment(sign_in={**LOGIN_ONLY, "session": "cookie"})},
    ),
    Defect(
        "sign-in.cookie-path",
        (
            answered("login first", 200, {}, {"set-cookie": "sid=0123456789; Path=/auth"}),
            answered("account", 401, {"message": "Unauthenticated."}),
        ),
        "/auth",
        LIKELY,
        fields={"environment": an_environment(frontend=None, sign_in={**LOGIN_ONLY, "session": "cookie"})},
    ),
    Defect(
        "sign-in.standing-refused",
        (answered("login first", 401, {"detail": "Incorrect email or password"}),),
        "Incorrect",
        LIKELY,
        fields={"environment": STANDING},
    ),
    Defect(
        "data.lost",
        (answered("login first", 401, {"detail": "Incorrect email or password"}),),
        "Incorrect",
        LIKELY,
        fields={"environment": an_environment(sign_in={**LOGIN_ONLY, "keep": True})},
    ),
    Defect(
        "sign-in.throttled",
        (answered("login", 429, {"detail": "Too many"}, {"retry-after": "900"}),),
        "`retry-after: 900`",
    ),
    Defect(
        "sign-in.register-failed",
        (answered("register", 403, {"detail": "Registration is disabled"}),),
        "disabled",
    ),
    Defect(
        "sign-in.echo",
        (
            replace(
                answered("register", 422, {"detail": [{"input": {"password": "Sg-1!7Q & more"}}]}),
                request=Request("POST", f"{BACKEND}/register", body='{"password": "Sg-1!7Q & more"}'),
            ),
        ),
        "`password`",
    ),
    Defect(
        "frontend.call-forbidden",
        (page("page", policy="connect-src 'self'"),),
        "`connect-src 'self'`",
        CERTAIN,
        fields={"api_addresses": (address(f"{BACKEND}/api"),)},
    ),
    calls("frontend.calls-localhost", "http://localhost:8000/api"),
    calls("frontend.calls-itself", "/api"),
    calls("frontend.plain-http", BACKEND.replace("https", "http") + "/api"),
    calls("frontend.another-backend", "https://staging.example.net/api"),
    Defect(
        "frontend.address-unset", (), "`undefined/api`", CERTAIN, fields={"api_addresses": (address("undefined/api"),)}
    ),
    Defect(
        "frontend.address-unfilled", (), "`__API_URL__`", CERTAIN, fields={"api_addresses": (address("__API_URL__"),)}
    ),
    Defect(
        "frontend.wrong-path",
        (answered(f"called on backend {GONE}", 404, {"detail": "Not Found"}),),
        f"`{GONE}`",
        CERTAIN,
        fields={"api_addresses": (address(BACKEND),), "page": PageView(call_paths=(GONE,))},
    ),
    broken_file("frontend.file-missing", answered("script /assets/x.js", 404, "Not Found"), "answered 404"),
    broken_file("frontend.file-is-page", page("script /assets/x.js"), "a web page in its place"),
    broken_file("frontend.file-broken", answered("script /assets/x.js", 200, "f("), "it ends in the middle", LIKELY),
    broken_file(
        "frontend.worker-outdated",
        answered("script /assets/x.js", 404, "Not Found"),
        "service worker keeps it",
        LIKELY,
        role="precached",
    ),
    broken_file("frontend.settings-missing", page("settings /config.json"), "a web page in its place", role="settings"),
    Defect(
        "frontend.address-not-found",
        (),
        "none shows https://api.example.com/v1",
        POSSIBLE,
        advisory=True,
        fields={
            "api_addresses": (),
            "page": PageView(),
            "environment": an_environment(frontend={"url": FRONTEND, "calls": "https://api.example.com/v1"}),
        },
    ),
    Defect(
        "frontend.cookie-same-site",
        (
            answered("preflight", 200, "", LET_IN),
            answered("preflight of account", 200, "", LET_IN),
            *(answered(name, 200, {}, LET_IN) for name in ("login first", "account", "account again")),
            answered(
                "login",
                200,
                {},
                {"set-cookie": "sid=0123456789; Path=/; Secure; SameSite=Lax"},
                request=Request("POST", "https://shop-api.onrender.com/api/auth/login"),
            ),
        ),
        "SameSite=Lax",
        LIKELY,
        fields={"environment": an_environment(sign_in={**LOGIN_ONLY, "session": "cookie"})},
    ),
    Defect(
        "frontend.cors-refused",
        (answered("preflight", 400, "Disallowed CORS origin"),),
        "no header access-control-allow-origin",
    ),
    Defect(
        "frontend.cors-refused",
        (answered("preflight of account", 401, "Unauthorized", {"access-control-allow-origin": FRONTEND}),),
        "a browser needs a status from 200 to 299, not 401",
        LIKELY,
    ),
    Defect(
        "frontend.spa-answers-api",
        (page("register"), page("account without token"), page("preflight")),
        "text/html",
    ),
    Defect(
        "frontend.page-in-doubt",
        (page("page", text="<!doctype html><title>Sign in</title><h1>Trading</h1><a href=/sso>Continue</a>"),),
        "Sign in",
        Confidence.POSSIBLE,
        advisory=True,
    ),
    Defect("frontend.down", (silent("page", WireCause.REFUSED),), "the connection was refused"),
    Defect("monitoring.error", (answered("monitoring", 200, {"backend_health": "error", "age": 3}),), "`error`"),
    Defect(
        "monitoring.stale",
        (answered("monitoring", 200, {"backend_health": "healthy", "age": None}),),
        "`null`",
    ),
    Defect(
        "monitoring.degraded",
        (answered("monitoring", 200, {"backend_health": "degraded", "age": 3}),),
        "`degraded`",
        advisory=True,
    ),
    Defect(
        "monitoring.unhealthy",
        (answered("monitoring", 200, {"backend_health": "unhealthy", "age": 3}),),
        "`unhealthy`",
        advisory=True,
    ),
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every test that asks for a `defect` one case for each."""
    if "defect" in metafunc.fixturenames:
        metafunc.parametrize("defect", DEFECTS, ids=lambda each: each.code)


@pytest.fixture(scope="session")
def defects() -> tuple[Defect, ...]:
    """Every defect."""
    return DEFECTS


@pytest.fixture(scope="session")
def woken() -> Exchange:
    """A health check that was answered when it was tried again, after the edge had said that it slept."""
    return answered("health", 200, MIXED, {"x-commit": COMMIT}, earlier=WOKEN)
