"""What an edge says of the application is judged by what was seen: how surely, whose it is, and what it leaves open."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests_support.diagnosis import BACKEND, an_environment, answered, everywhere, judged, page, seen, silent

from smokegate.diagnosis.model import Confidence, Finding, Owner
from smokegate.diagnosis.verdict import BY_OWNER, Verdict
from smokegate.observation.evidence.edge import UNKNOWN, edge_answer
from smokegate.observation.exchange import Answer, Attempt, Body, Exchange, Headers, Redirect
from smokegate.observation.transport.causes import WireCause

HTML = {"content-type": "text/html"}
ALONE: dict[str, Any] = {"sign_in": None, "frontend": None, "version": None}
BARE = an_environment(
    **ALONE, backend={"url": BACKEND, "health": {"samples": 1}, "endpoints": [{"path": "/api/ready"}]}
)


def headline(*changes: Any, environment: Any = None) -> Finding:
    """What is named first."""
    found = judged(*changes, environment=environment or an_environment()).headline
    assert found is not None
    return found


def both(status: int, text: Any, headers: Any) -> tuple[Exchange, ...]:
    """The same answer to all that `BARE` asks for."""
    return tuple(answered(name, status, text, headers) for name in ("health", "endpoint /api/ready"))


def verdict(finding: Finding) -> Verdict:
    """What a failure with this cause comes to."""
    return BY_OWNER.get(finding.owner, Verdict.FAIL)


@pytest.mark.parametrize(
    ("status", "text", "headers", "code"),
    [
        (502, "", {"server": "lb-9"}, "edge.app-away"),
        (502, "<h1>502</h1>", {**HTML, "server": "EdgePrism"}, "edge.app-away"),
        (503, "<title>503</title><h1>Service Unavailable</h1>", HTML, "edge.app-away"),
        (503, "no available backend for this app", {}, "edge.app-away"),
        (503, "The application is not responding", {}, "edge.app-away"),
        (502, {"error": "could not connect to upstream"}, {}, "edge.app-away"),
        (504, "Gateway timeout", {}, "edge.app-slow"),
        (524, "", {"server": "somecdn"}, "edge.app-slow"),
        (404, "<h1>There is no app configured at that hostname</h1>", HTML, "edge.nothing-here"),
        (404, "Project not found", {}, "edge.nothing-here"),
        (404, "", {"server": "router"}, "edge.no-route"),
        (404, {"message": "no matching route"}, {}, "edge.no-route"),
        (402, "Payment required", {}, "edge.suspended"),
        (503, "This app has been suspended", {}, "edge.suspended"),
        (429, "Too Many Requests", {}, "edge.rate-limited"),
        (403, "<title>Access denied</title> Incident ID: 1-2", HTML, "edge.kept-out"),
        (401, "<h1>401 Authorization Required</h1>", {**HTML, "www-authenticate": "Basic realm=x"}, "edge.kept-out"),
        (526, "", {"server": "somecdn"}, "edge.tls-to-app"),
        (503, "<title>Starting</title>The container is starting up", HTML, "edge.app-starting"),
    ],
)
def test_unnamed_gateway_is_recognised_by_general_signs(status: int, text: Any, headers: Any, code: str) -> None:
    """It is at most likely, does not exclude the application, and says first how to tell the two apart."""
    found = headline(*both(status, text, headers), environment=BARE)
    assert found.code == code
    assert found.confidence is not Confidence.CERTAIN
    assert "not known" in found.title or UNKNOWN in found.title or "redirected" in found.title
    assert any("application itself" in each for each in found.competing)
    assert "Find out whether the application or a gateway" in found.steps[0]


@pytest.mark.parametrize(
    ("status", "text", "headers"),
    [
        (503, {"status": "down", "checks": {"database": "connection refused"}}, {"server": "envoy"}),
        (500, {"detail": "Internal Server Error"}, {"server": "cloudflare", "cf-ray": "9-FRA"}),
        (500, "Internal Server Error", {"via": "1.1 Caddy"}),
        (502, {"detail": "The payment provider did not answer"}, {"server": "nginx"}),
        (503, {"detail": "Service Unavailable"}, {}),
        (503, "Service Unavailable", {"server": "gunicorn"}),
        (504, "timeout", {"x-powered-by": "Express"}),
        (503, "Service Unavailable", {"server": "envoy", "x-envoy-upstream-service-time": "3"}),
        (404, "<h1>Not Found</h1>", {**HTML, "server": "Kestrel"}),
        (403, "<h1>Forbidden</h1><p>CSRF verification failed.</p>", HTML),
        (400, "<h1>Bad Request (400)</h1><p></p>", {**HTML, "server": "nginx"}),
        (401, {"detail": "Not authenticated"}, {"www-authenticate": "Bearer"}),
    ],
)
def test_error_of_the_application_behind_an_edge_stays_its_own(status: int, text: Any, headers: Any) -> None:
    """Its form, or a mark of what it runs on, tells it from a gateway's."""
    assert not headline(*both(status, text, headers), environment=BARE).code.startswith(("edge.", "nginx."))


def test_bare_not_found_is_the_applications_where_it_answers_other_paths() -> None:
    """A "not found" without any word is a gateway's only where nothing else of the host is answered."""
    found = headline(
        answered("health", 404, "404 page not found\n", {"x-content-type-options": "nosniff"}), environment=BARE
    )
    assert found.code == "app.health-missing"


def test_bare_not_found_everywhere_is_likely_a_gateways() -> None:
    """Where every path is the same bare "not found", no application is there, as far as can be judged."""
    found = headline(*both(404, "404 page not found\n", {"x-content-type-options": "nosniff"}), environment=BARE)
    assert (found.code, found.confidence) == ("edge.no-route", Confidence.LIKELY)


def test_empty_not_found_of_a_server_that_gateways_are_built_on_may_be_a_gateways() -> None:
    """YARP is a gateway on Kestrel: its "no route" looks like an application's unknown path, and both are named."""
    found = headline(*both(404, "", {"server": "Kestrel"}), environment=BARE)
    assert (found.code, found.confidence) == ("app.health-missing", Confidence.LIKELY)
    assert found.competing[0].startswith("a gateway without a route to the application")
    assert found.evidence[-1] == "the same of 1 more: endpoint /api/ready"


def test_error_on_one_path_is_not_the_backend_being_away() -> None:
    """A gateway's own word on one path is likely at most, and the healthy rest is reported as evidence against it."""
    found = headline(answered("endpoint /api/ready", 502, "", {"server": "Caddy"}))
    assert (found.code, found.confidence) == ("edge.app-away", Confidence.LIKELY)
    assert any("not down as a whole" in each for each in found.against)


def test_marks_that_only_the_applications_answers_carry_are_evidence() -> None:
    """What every other answer of the host carries, and this one lacks, is reported."""
    environment = an_environment(
        **ALONE, backend={"url": BACKEND, "health": {"samples": 1}, "endpoints": [{"path": "/a"}, {"path": "/b"}]}
    )
    own = {"x-request-cost": "3"}
    found = headline(
        answered("health", 200, {"status": "ok"}, own),
        answered("endpoint /a", 200, {}, own),
        answered("endpoint /b", 503, "Service Unavailable", {"server": "lb"}),
        environment=environment,
    )
    assert any("x-request-cost" in each for each in found.evidence)


@pytest.mark.parametrize(
    ("status", "text", "headers"),
    [
        (403, "<title>Just a moment...</title>", {"cf-mitigated": "challenge"}),
        (302, "", {"location": "https://team.cloudflareaccess.com/cdn-cgi/access/login/x", "server": "cloudflare"}),
        (302, "", {"location": "https://login.example.net/oauth2/authorize?x=y"}),
        (403, "RBAC: access denied", {"server": "istio-envoy"}),
        (400, "<center>No required SSL certificate was sent</center>", {"server": "nginx"}),
        (401, "", {"www-authenticate": 'Basic realm="Staging"', "server": "nginx"}),
    ],
)
def test_runner_that_is_kept_out_has_learned_nothing(status: int, text: str, headers: Any) -> None:
    """A challenge, a login wall, an access rule or a client certificate says nothing of the application."""
    found = headline(*both(status, text, headers), environment=BARE)
    assert (found.code, found.owner) == ("edge.kept-out", Owner.RUNNER)
    assert verdict(found) is Verdict.UNKNOWN


@pytest.mark.parametrize("status", [520, 521, 522, 523, 524, 525, 526, 530])
def test_cloudflare_speaks_of_the_teams_own_origin(status: int) -> None:
    """What Cloudflare says of the origin is not an outage of the platform."""
    assert verdict(headline(*everywhere(status, f"error code: {status}", {"server": "cloudflare"}))) is Verdict.FAIL


def test_platforms_own_word_that_excludes_the_application_is_an_outage() -> None:
    """A platform that says that it failed itself is at fault."""
    word = {"x-vercel-error": "INTERNAL_FUNCTION_NOT_READY", "server": "Vercel"}
    assert verdict(headline(*everywhere(500, "", word))) is Verdict.OUTAGE


def test_gateways_answer_that_healed_is_advice() -> None:
    """What was answered when it was tried again breaks nothing, and is reported."""
    page = Body("<h1>503 Service Temporarily Unavailable</h1>")
    before = (Attempt(Answer(503, Headers((("server", "awselb/2.0"),)), page), 0.0, 0.1),)
    found = headline(answered("endpoint /api/ready", 200, {"status": "ok"}, earlier=before))
    assert (found.code, found.advisory) == ("edge.app-away", True)


def test_health_check_from_a_cache_is_not_the_applications() -> None:
    """An answer that is hours old says nothing of what is there now; one that is seconds old does no harm."""
    old = answered("health", 200, {"status": "ok"}, {"age": "7212"})
    young = answered("health", 200, {"status": "ok"}, {"age": "30", "x-cache": "Hit from a CDN"})
    assert headline(old, environment=BARE).code == "edge.cached"
    assert judged(young, environment=BARE).headline is None


def test_answer_that_was_promised_is_no_one_elses_but_the_applications() -> None:
    """An endpoint that promises a 404 has it from the application, whatever the page looks like."""
    backend = {"url": BACKEND, "health": {"samples": 1}, "endpoints": [{"path": "/gone", "status": 404}]}
    environment = an_environment(**ALONE, backend=backend)
    assert judged(answered("endpoint /gone", 404, ""), environment=environment).headline is None


def test_healthy_deployment_has_no_edge_to_name() -> None:
    """Nothing is named where all is well."""
    assert seen(environment=BARE).exchanges
    assert judged(environment=BARE).headline is None


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("", {"server": "envoy"}),
        ("", {"server": "awselb/2.0", "content-type": "text/plain; charset=utf-8"}),
        ("<html><body><h1>200 OK</h1>\nService ready.\n</body></html>", HTML),
        ("<title>Welcome page</title><h1>Placeholder page</h1><p>see /etc/lighttpd/lighttpd.conf", HTML),
        ("<title>200 OK</title><h3>Guru Meditation:</h3><p>Varnish cache server</p>", {**HTML, "server": "Varnish"}),
        ("<title>shop</title><p>The domain shop.example is for sale.</p>", HTML),
        ("<title>x</title><iframe src='/_Incapsula_Resource?x=1'></iframe>", HTML),
    ],
)
def test_success_of_a_gateway_alone_is_no_application(text: str, headers: Any) -> None:
    """What a proxy answers by itself, a parking page and a challenge are green without an application."""
    assert headline(*both(200, text, headers), environment=BARE).code.startswith("edge.")


@pytest.mark.parametrize(
    "headers", [{"server": "envoy", "x-envoy-upstream-service-time": "3"}, {"server": "envoy", "etag": '"1"'}]
)
def test_empty_success_with_a_mark_of_the_application_is_its_own(headers: Any) -> None:
    assert judged(*both(200, "", headers), environment=BARE).headline is None


@pytest.mark.parametrize(
    ("status", "text", "code"),
    [
        (500, {"error": "There was a problem proxying the request"}, "edge.app-away"),
        (500, "<title>Web application could not be started by the Phusion Passenger</title>", "edge.app-away"),
        (503, "either the HTTP response was malformed or connection to the instance had an error", "edge.broke-off"),
        (404, "<title>Error</title><pre>Cannot GET /health</pre>", "app.health-missing"),
    ],
)
def test_who_made_an_error_is_read_from_its_words(status: int, text: Any, code: str) -> None:
    """Gateways speak of what is behind them, frameworks of a path that they do not have."""
    headers = {} if isinstance(text, dict) else HTML
    assert headline(*both(status, text, headers), environment=BARE).code == code


@pytest.mark.parametrize(("proxied", "code"), [(True, "runner.proxy"), (False, "edge.app-away")])
def test_gateway_of_the_runners_own_proxy_is_not_the_deployments(proxied: bool, code: str) -> None:  # noqa: FBT001
    """In plain HTTP a 502 through a proxy may be the proxy's own: nothing was learned of the application."""
    exchange = answered("health", 502, "Bad Gateway", {"via": "1.1 px"})
    answer = exchange.answer
    assert answer is not None
    found = headline(replace(exchange, outcome=replace(answer, proxied=proxied)), environment=BARE)
    assert (found.code, found.confidence) == (code, Confidence.LIKELY)


@pytest.mark.parametrize(
    ("url", "sure"), [("http://app.example.com", Confidence.LIKELY), ("https://app.example.com", Confidence.CERTAIN)]
)
def test_silence_behind_a_proxy_is_certainly_the_proxys_only_where_it_opens_no_way(url: str, sure: Confidence) -> None:
    """A tunnel that does not come about is the proxy's; in plain HTTP the host behind it may be what is silent."""
    environment = an_environment(**ALONE, backend={"url": url, "health": {"samples": 1}})
    silence = silent("health", WireCause.PROXY, "FailedProxyError: nothing came through the proxy: timed out")
    found = headline(silence, environment=environment)
    assert (found.code, found.confidence, found.owner) == ("runner.proxy", sure, Owner.RUNNER)


@pytest.mark.parametrize(
    ("url", "code"), [("http://app.example", "edge.no-route"), ("https://app.example", "edge.tls-to-app")]
)
def test_plain_http_at_a_tls_port_is_the_proxys_where_the_address_is_https(url: str, code: str) -> None:
    """Over https the request came by TLS: what got plain HTTP is a port behind a proxy."""
    text = "<title>400 The plain HTTP request was sent to HTTPS port</title><center>nginx/1.22.1</center>"
    found = edge_answer(Answer(400, Headers(()), Body(text, len(text)), url=url))
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("server", "text"),
    [
        ("nginx/1.22.1", "<title>403 Forbidden</title><center>nginx/1.22.1</center>"),
        ("Apache/2.4.65", "<title>403 Forbidden</title><p>You don't have permission to access this resource.</p>"),
    ],
)
def test_403_of_a_web_server_may_be_its_files(server: str, text: str) -> None:
    """One page says that a rule, a file's rights or a missing index page is why: on some paths it is the team's."""
    headers = {**HTML, "server": server}
    everywhere_ = headline(*both(403, text, headers), environment=BARE)
    assert (everywhere_.code, everywhere_.confidence) == ("edge.kept-out", Confidence.LIKELY)
    assert verdict(everywhere_) is Verdict.UNKNOWN
    assert "Permission denied" in everywhere_.steps[0]
    somewhere = headline(answered("endpoint /api/ready", 403, text, headers), environment=BARE)
    assert (somewhere.code, verdict(somewhere)) == ("edge.kept-out", Verdict.FAIL)


def test_documentation_of_an_edge_is_the_last_step() -> None:
    """The first step is often the only one that is shown, and a link to a manual is no step to begin with."""
    text = "<html><head><title>403 Forbidden</title></head><center>nginx/1.22.1</center></html>"
    found = headline(*both(403, text, {**HTML, "server": "nginx/1.22.1"}), environment=BARE)
    links = [each for each in found.steps if "documentation: https://nginx.org" in each]
    assert links
    assert links[0] not in found.steps[:2]


def test_health_check_behind_a_sign_in_page_of_the_same_host_is_kept_out() -> None:
    """oauth2-proxy redirects to `/oauth2/sign_in`: no single-page fallback answers, and the app was not reached."""
    away = (Redirect(302, f"{BACKEND}/health", "/oauth2/sign_in?rd=/health"),)
    pages = [
        page(name, text="<form><input type=password></form>", redirects=away)
        for name in ("health", "endpoint /api/ready")
    ]
    health = {"samples": 1, "text": "ok"}
    backend = {"url": BACKEND, "health": health, "endpoints": [{"path": "/api/ready"}]}
    found = headline(*pages, environment=an_environment(**ALONE, backend=backend))
    assert (found.code, found.confidence) == ("edge.kept-out", Confidence.LIKELY)
    assert "sign-in page" in found.title
