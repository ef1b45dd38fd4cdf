"""Which cookies a browser keeps of an answer."""

from __future__ import annotations

import pytest
from tests_support.diagnosis import an_environment, answered

from smokegate.knowledge.page_hosts import are_other_sites
from smokegate.observation.evidence.cookies import Browser, browser_of, is_named, session_lost, set_cookies
from smokegate.observation.exchange import Headers


@pytest.mark.parametrize(
    ("said", "host", "kept"),
    [
        ("a=1", "shop.example.com", True),
        ("a=1; Path=/; Domain=shop.example.com; Secure", "shop.example.com", True),
        ("a=1; domain=.Example.com", "shop.example.com", True),
        ("a=1; Domain=", "shop.example.com", True),
        ("a=1; Domain=example.com", "shop-example.com", False),
        ("a=1; Domain=shop.example.com", "example.com", False),
        ("a=1; Path=/; Domain=localhost", "shop.example.com", False),
        ("a=domain=x.example", "shop.example.com", True),
    ],
)
def test_a_cookie_is_kept_where_its_domain_is_the_hosts_own_or_above_it(said: str, host: str, *, kept: bool) -> None:
    """As RFC 6265 has it: the host itself, or the end of its name after a dot."""
    (cookie,) = set_cookies(Headers((("Set-Cookie", said),)))
    assert bool(Browser(frozenset({host})).refusal(cookie)) is not kept


@pytest.mark.parametrize(
    ("said", "plain", "refused"),
    [
        ("a=1; Secure", False, ""),
        ("a=1; Secure", True, "users come by http"),
        ("a=1; SameSite=None", False, "without Secure"),
        ("a=1; SameSite=None; Secure", False, ""),
        ("a=1; SameSite=Lax", True, ""),
        ("__Secure-a=1; Path=/", False, "asks for Secure"),
        ("__Host-a=1; Secure", False, "asks for Path=/"),
        ("__Host-a=1; Secure; Path=/; Domain=shop.example", False, "no Domain"),
        ("__Host-a=1; secure; path=/", False, ""),
    ],
)
def test_a_cookie_is_refused_for_its_attributes(said: str, refused: str, *, plain: bool) -> None:
    """As Chrome does, and RFC 6265bis has it."""
    (cookie,) = set_cookies(Headers((("Set-Cookie", said),)))
    why = Browser(frozenset({"shop.example"}), plain=plain).refusal(cookie)
    assert refused in why
    assert bool(refused) is bool(why)


@pytest.mark.parametrize(
    ("path", "asked", "sent"),
    [
        ("/", "/me", True),
        ("/api", "/api", True),
        ("/api", "/api/me", True),
        ("/api/", "/api/me", True),
        ("/api", "/apis/me", False),
        ("/auth", "/me", False),
        ("", "/me", True),
    ],
)
def test_a_cookie_is_sent_below_its_path(path: str, asked: str, *, sent: bool) -> None:
    (cookie,) = set_cookies(Headers((("Set-Cookie", f"a=1; Path={path}"),)))
    browser = Browser(frozenset({"shop.example"}))
    assert browser.sent({"a": cookie}, f"https://shop.example{asked}") == ("a=1" if sent else "")


def test_a_path_is_not_judged_where_users_come_by_another_address() -> None:
    """A frontend that hands requests on may do so under a prefix."""
    (cookie,) = set_cookies(Headers((("Set-Cookie", "a=1; Path=/api"),)))
    assert Browser(frozenset({"shop.example"}), direct=False).sent({"a": cookie}, "https://shop.example/me") == "a=1"


def test_a_browser_is_at_the_backend_or_at_the_frontend() -> None:
    """A frontend that hands requests on has the cookies of its own name."""
    environment = an_environment(
        backend={"url": "http://10.0.0.7:8000", "host": "API.example.com", "health": {}},
        frontend={"url": "https://www.example.com"},
    )
    assert browser_of(environment) == Browser(
        frozenset({"10.0.0.7", "api.example.com", "www.example.com"}), plain=False, direct=False
    )


@pytest.mark.parametrize(
    ("backend", "frontend", "plain"),
    [
        ("http://api.shop.example", "http://shop.example", True),
        ("http://api.shop.example", "https://shop.example", False),
        ("https://api.shop.example", "http://shop.example", False),
        ("http://localhost:8000", "http://localhost:3000", False),
        ("http://backend:8000", "http://frontend:3000", False),
        ("http://10.0.0.7:8000", "http://10.0.0.8", False),
        ("http://shop.example", None, False),
    ],
)
def test_users_come_by_http_where_both_sides_are_public_and_http(
    backend: str, frontend: str | None, *, plain: bool
) -> None:
    """An address inside a network, or a backend alone, may be looked at from behind what adds TLS."""
    sides = {"frontend": {"url": frontend}} if frontend else {}
    assert browser_of(an_environment(backend={"url": backend, "health": {}}, **sides)).plain is plain


@pytest.mark.parametrize(
    ("page", "api", "other"),
    [
        ("https://shop.onrender.com", "https://shop-api.onrender.com", True),
        ("https://www.shop.example", "https://shop-api.onrender.com", True),
        ("https://www.shop.example", "https://api.shop.example", False),
        ("https://shop.example", "https://shop.test", True),
        ("https://shop.co.uk", "https://api.shop.co.uk", False),
        ("https://shop.co.uk", "https://store.co.uk", True),
        ("https://shop.example", "https://shop.example:8443", False),
        ("http://localhost:3000", "http://127.0.0.1:8000", False),
        ("http://localhost:3000", "https://shop-api.onrender.com", False),
        ("http://10.0.0.7", "http://10.0.1.8", False),
        ("http://frontend:3000", "http://backend:8000", False),
        ("http://[::1]:3000", "https://shop.example", False),
    ],
)
def test_addresses_of_different_sites_are_known_where_it_is_certain(page: str, api: str, *, other: bool) -> None:
    """By the last two names, or one more below a platform's; local addresses belong to no site."""
    assert are_other_sites(page, api) is other
    assert are_other_sites(api, page) is other


@pytest.mark.parametrize(
    ("said", "lost"),
    [
        ("sid=1; SameSite=Lax", "SameSite=Lax"),
        ("sid=1; samesite=strict", "SameSite=strict"),
        ("sid=1; HttpOnly", "names none"),
        ("sid=1; SameSite=None; Secure", ""),
        ("other=1; SameSite=Lax", ""),
        ("sid=; Max-Age=0", ""),
    ],
)
def test_a_session_cookie_is_lost_for_pages_of_another_site(said: str, lost: str) -> None:
    """As browsers have it: without SameSite it counts as Lax."""
    exchange = answered("login", 200, {}, {"set-cookie": said})
    assert lost in session_lost(exchange, "https://shop.example.org", "sid")
    assert bool(lost) is bool(session_lost(exchange, "https://shop.example.org", "sid"))
    assert session_lost(exchange, "https://www.example.com", "sid") == "", "pages of the same site"


@pytest.mark.parametrize(("cookie", "wanted"), [("__Host-sid", "sid"), ("__Host-sid", "__Host-sid"), ("sid", "sid")])
def test_a_cookie_is_known_by_its_name_with_or_without_its_prefix(cookie: str, wanted: str) -> None:
    """A file may say the name as the browser shows it."""
    assert is_named(cookie, wanted)
