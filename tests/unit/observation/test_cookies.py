"""Which cookies a browser keeps of an answer."""

from __future__ import annotations

import pytest
from tests_support.diagnosis import an_environment

from smokegate.observation.evidence.cookies import client_hosts, set_cookies
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
    assert cookie.is_kept_by(frozenset({host})) is kept


def test_a_browser_is_at_the_backend_or_at_the_frontend() -> None:
    """A frontend that hands requests on has the cookies of its own name."""
    environment = an_environment(
        backend={"url": "http://10.0.0.7:8000", "host": "API.example.com", "health": {}},
        frontend={"url": "https://www.example.com"},
    )
    assert client_hosts(environment) == {"10.0.0.7", "api.example.com", "www.example.com"}
