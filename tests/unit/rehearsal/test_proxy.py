"""The proxy answers what it is told to answer, or fails in the way that it is told to fail."""

from __future__ import annotations

import http.client
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

import pytest

from smokegate.rehearsal.exchanges import ProxyRequest, Recorded, Wire
from smokegate.rehearsal.proxy import Proxy


@dataclass(frozen=True)
class Came:
    """The outcome of a request."""

    status: int
    headers: Message
    body: bytes


def _ask(url: str, method: str = "GET", body: bytes | None = None) -> Came:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request(method, "/path?q=1", body, {"X-Sent": "yes", "Connection": "close"})
        with connection.getresponse() as response:
            return Came(response.status, response.headers, response.read())


def _serving(proxy: Proxy, answer: Recorded | Wire, heard: list[ProxyRequest]) -> str:
    async def handler(request: ProxyRequest) -> Recorded | Wire:
        heard.append(request)
        return answer

    return proxy.listen("backend", handler).url


def test_answer_is_what_the_handler_gives() -> None:
    """Status, headers and body are the handler's, and so is what it hears of the request."""
    heard: list[ProxyRequest] = []
    with closing(Proxy()) as proxy:
        url = _serving(proxy, Recorded(418, (("x-told", "yes"),), b"teapot"), heard)
        response = _ask(url, "POST", b"body")
        told = (response.status, response.headers["x-told"], response.body)

    assert told == (418, "yes", b"teapot")
    assert [(a.method, a.target, a.body, a.header("x-sent")) for a in heard] == [("POST", "/path?q=1", b"body", "yes")]


def test_head_has_no_body() -> None:
    """The answer to HEAD tells the length and sends no body."""
    with closing(Proxy()) as proxy:
        response = _ask(_serving(proxy, Recorded(200, (), b"body"), []), "HEAD")
        told = (response.headers["content-length"], response.body)

    assert told == ("4", b"")


def test_reset_is_a_reset() -> None:
    """A connection that must be reset is."""
    with closing(Proxy()) as proxy, pytest.raises(ConnectionResetError):
        _ask(_serving(proxy, Wire.RESET, []))


def test_truncated_body_ends_early() -> None:
    """A body that is to end half way does."""
    with closing(Proxy()) as proxy, pytest.raises(http.client.IncompleteRead):
        _ask(_serving(proxy, Wire.TRUNCATE, []))


def test_closed_address_refuses() -> None:
    """An address that was closed is gone, with the connections that hung on it."""
    with closing(Proxy()) as proxy:

        async def handler(_: ProxyRequest) -> Recorded | Wire:
            return Recorded(200)

        listening = proxy.listen("backend", handler)
        listening.close()
        with pytest.raises(ConnectionRefusedError):
            _ask(listening.url)
