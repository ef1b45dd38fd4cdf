"""On its way through the proxy each address is put right, in both directions."""

from __future__ import annotations

import pytest
from tests_support.web import Reply, Web, serve

from smokegate.environment.model import Backend
from smokegate.rehearsal.exchanges import ProxyRequest, Recorded
from smokegate.rehearsal.upstream import Addresses, Upstream

REAL, OURS = "https://api.shop.example", "http://127.0.0.1:4711"


def test_suite_sees_the_addresses_of_the_proxy() -> None:
    """Redirects, CORS headers and scripts name the proxy, so that nothing leads past it."""
    answer = Recorded(
        302,
        (("location", f"{REAL}/login"), ("content-type", "text/javascript")),
        f'const api="{REAL}/api"'.encode(),
    )
    seen = Addresses({REAL: OURS}).inward(answer)

    assert (seen.header("location"), seen.text) == (f"{OURS}/login", f'const api="{OURS}/api"')


def test_deployment_sees_its_own_addresses() -> None:
    """The origin that a preflight names is the deployment's own."""
    request = ProxyRequest("backend", "OPTIONS", "/login", (("Origin", OURS),))

    assert Addresses({REAL: OURS}).outward(request).header("origin") == REAL


@pytest.mark.parametrize("other", ["https://api.shop.example.net/x", "https://api.shop.example:8443/x"])
def test_other_addresses_stay(other: str) -> None:
    """An address that only begins like the deployment's is another one."""
    answer = Recorded(200, (("content-type", "text/html"),), other.encode())

    assert Addresses({REAL: OURS}).inward(answer).text == other


def test_bytes_that_are_no_text_pass_untouched() -> None:
    """A picture is not searched for addresses."""
    answer = Recorded(200, (("content-type", "image/png"),), b"\x89PNG" + REAL.encode())

    assert Addresses({REAL: OURS}).inward(answer).body == answer.body


def _upstream(web: Web) -> Upstream:
    return Upstream({"backend": Backend(url=web.url)}, None, 60.0)


def test_refusal_is_an_answer() -> None:
    """A status of 4xx or 5xx is recorded, not raised."""
    with serve() as web:
        web.answers["/x"] = Reply(503, b"away")
        answer = _upstream(web).send(ProxyRequest("backend", "GET", "/x"))

    assert (answer.status, answer.body) == (503, b"away")


def test_redirect_is_not_followed() -> None:
    """A redirect is recorded: following it is the suite's business."""
    with serve() as web:
        web.answers["/x"] = Reply(302, b"", (("Location", "/y"),))
        answer = _upstream(web).send(ProxyRequest("backend", "GET", "/x"))

    assert (answer.status, answer.header("location")) == (302, "/y")
    assert web.asked == [("GET", "/x")]


def test_silence_is_an_error() -> None:
    """Where nothing answers there is nothing to record."""
    upstream = Upstream({"backend": Backend(url="http://smokegate-rehearsal.invalid")}, None, 60.0)

    with pytest.raises(OSError, match=r".+"):
        upstream.send(ProxyRequest("backend", "GET", "/"))


def test_deployment_is_connected_to_as_its_file_says() -> None:
    """`connect_to` and `host` count for the proxy too, which is what reaches the deployment."""
    with serve() as web:
        web.answers["/x"] = lambda request: Reply(200, request.headers["Host"].encode())
        site = Backend(url="http://shop.invalid", host="shop.example.com", connect_to=web.url.removeprefix("http://"))
        answer = Upstream({"backend": site}, None, 60.0).send(ProxyRequest("backend", "GET", "/x"))

    assert answer.body == b"shop.example.com"
