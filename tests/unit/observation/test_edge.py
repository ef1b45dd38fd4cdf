"""An answer that the platform's edge made is distinguished from one that the application gave."""

from __future__ import annotations

import pytest

from smokegate.observation.evidence.edge import edge_answer
from smokegate.observation.exchange import Answer, Body, Headers

NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
)
SUSPENDED = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8"><title>Service Suspended</title></head>'
    "<body>This service has been suspended{0}.</body></html>"
)


def answer(status: int, text: str = "", kind: str = "text/html", routing: str | None = None) -> Answer:
    fields = [("content-type", kind)] + ([("x-render-routing", routing)] if routing is not None else [])
    return Answer(status, Headers(tuple(fields)), Body(text))


@pytest.mark.parametrize(
    ("routing", "code", "heals"),
    [
        ("no-server", "render.no-server", True),
        ("No-Server ", "render.no-server", True),
        ("blocked-render-subdomain", "render.subdomain-disabled", False),
        ("static-no-asset", "render.static-asset-missing", True),
        ("no-deploy", "render.no-deploy", True),
        ("dynamic-paid-error", "render.crashing-paid", True),
        ("dynamic-free-error", "render.crashing-free", True),
        ("hibernate-wake-error", "render.wake-failed", True),
        ("hibernate-wakeup-error", "render.wake-failed", True),
        ("dynamic-hibernate-error-503", "render.wake-failed", True),
        ("hibernate-rate-limited", "render.wake-throttled", True),
        ("rate-limited", "render.wake-throttled", True),
        ("suspend", "render.suspended-billing", False),
        ("suspend-by-user", "render.suspended-by-owner", False),
        ("something-new", "render.unknown-edge", True),
    ],
)
def test_every_known_routing_value_has_its_cause(routing: str, code: str, heals: bool) -> None:  # noqa: FBT001 -- a table
    found = edge_answer(answer(404, routing=routing))
    assert found is not None
    assert (found.code, found.heals) == (code, heals)


@pytest.mark.parametrize("status", [200, 503])
def test_the_page_of_a_waking_service_is_no_answer_of_the_application(status: int) -> None:
    found = edge_answer(answer(status, "<h1>WELCOME TO RENDER</h1> Service waking up ..."))
    assert found is not None
    assert found.code == "render.interstitial"


@pytest.mark.parametrize(
    ("by", "code"), [(" by its owner", "render.suspended-by-owner"), ("", "render.suspended-billing")]
)
def test_the_page_of_a_suspended_service_shows_who_suspended_it(by: str, code: str) -> None:
    found = edge_answer(answer(503, SUSPENDED.format(by)))
    assert found is not None
    assert (found.code, found.heals) == (code, False)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (502, "nginx.bad-gateway"),
        (503, "nginx.unavailable"),
        (504, "nginx.gateway-timeout"),
        (429, "nginx.rate-limited"),
    ],
)
def test_nginx_own_pages_are_known(status: int, code: str) -> None:
    found = edge_answer(answer(status, NGINX.format("an error")))
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ((("content-type", "text/html"),), "edge.no-route"),
        ((("content-type", "text/html"), ("x-request-id", "9f"), ("cache-control", "no-cache")), None),
        ((("content-type", "text/html; charset=utf-8"),), None),
        ((), None),
    ],
    ids=["nginx-return-200", "rails-head-ok", "flask", "go"],
)
def test_empty_200_is_nginx_own_where_nothing_shows_an_application(
    more: tuple[tuple[str, str], ...], code: str | None
) -> None:
    found = edge_answer(Answer(200, Headers((("server", "nginx/1.24.0"), *more)), Body("")))
    assert (found.code if found else None) == code


def test_nginx_json_for_an_absent_backend_is_known() -> None:
    body = Body('{"error": "upstream_unavailable"}', json={"error": "upstream_unavailable"}, is_json=True)
    found = edge_answer(Answer(503, Headers((("content-type", "application/json"),)), body))
    assert found is not None
    assert found.code == "nginx.upstream-unavailable"


@pytest.mark.parametrize(
    "given",
    [
        answer(404, '{"detail":"Not Found"}', "application/json"),
        answer(503, '{"status":"not_ready"}', "application/json"),
        answer(200, "<html>the app's page about nginx/1.22.1 and Service Suspended</html>"),
        answer(500, "<h1>Internal Server Error</h1>"),
        answer(404, "<h1>This product is sold out</h1><p>See our other offers.</p>"),
    ],
)
def test_what_the_application_answers_is_not_taken_for_the_edge(given: Answer) -> None:
    assert edge_answer(given) is None


def page(title: str, body: str) -> Answer:
    """A page with 200, from a server that is not known."""
    return answer(200, f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>")


SITE = "".join(f'<a href="/{each}">{each}</a>' for each in ("product", "pricing", "blog", "about"))
CLIENT = '<div id="root"></div><script type="module" src="/assets/index-1.js"></script>'
TOKEN = '<form method="post" action="/auth"><input type="hidden" name="authenticity_token" value="x"></form>'
IMPRINT = '<a href="/imprint">Imprint</a><a href="/privacy">Privacy</a>'


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Planned maintenance for lifts", SITE),
        ("Domains for sale", SITE),
        ("Access denied? How to reset your badge", SITE),
        ("Scheduled maintenance for fleets", CLIENT),
        ("Sign in", TOKEN),
    ],
)
def test_a_page_of_an_application_may_have_a_gateways_words_for_its_subject(title: str, body: str) -> None:
    """Other pages of its host, a client that is yet to fill it, or the token of a form: no gateway has these."""
    assert edge_answer(page(title, body)) is None


@pytest.mark.parametrize(
    ("title", "body", "code"),
    [
        ("Planned maintenance", IMPRINT, "edge.suspended"),
        ("Shop in maintenance mode", f"<h1>We will be back soon</h1>{CLIENT}", "edge.suspended"),
        ("shop.example is for sale", "<h1>Buy this domain</h1>", "edge.nothing-here"),
        ("Sign in", '<form action="/oauth2/start"><button>Sign in with GitHub</button></form>', "edge.kept-out"),
    ],
)
def test_a_page_in_the_applications_place_may_link_to_an_imprint(title: str, body: str, code: str) -> None:
    """What a wall, a parking page or a page to wait at shows beside its words does not make it an application's."""
    found = edge_answer(page(title, body))
    assert found is not None
    assert found.code == code
