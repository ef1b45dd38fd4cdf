"""Connections that are opened before anybody needs them."""

from __future__ import annotations

import socket
import time

import pytest

from smokegate.observation.transport import opening
from smokegate.observation.transport.connect import ConnectTimeoutError, HandshakeError, Origin
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.lookup import Resolver
from smokegate.observation.transport.tls import Contexts

from .conftest import Serve


@pytest.fixture
def dialer() -> Dialer:
    """A dialer that has opened nothing yet."""
    return Dialer(Resolver(), Contexts())


def test_who_asks_later_gets_the_connection_that_was_begun_ahead(serve: Serve, dialer: Dialer) -> None:
    server = serve(lambda caller: caller.over.wait() and None)
    origin = Origin("http", "127.0.0.1", server.port)
    dialer.ahead(origin, 1)
    (begun,) = dialer._openings[origin]
    now = time.monotonic()
    line = dialer.take(origin, now, now + 5)
    assert line is begun.get(now + 5)
    assert set(line.phases) == {"dns", "connect"}
    line.close()


def test_a_connection_that_was_begun_ahead_is_handed_out_once(serve: Serve, dialer: Dialer) -> None:
    server = serve(lambda caller: caller.over.wait() and None)
    origin = Origin("http", "127.0.0.1", server.port)
    dialer.ahead(origin, 1)
    now = time.monotonic()
    first, second = dialer.take(origin, now, now + 5), dialer.take(origin, now, now + 5)
    assert first.sock is not second.sock
    first.close()
    second.close()


def test_a_failure_of_before_is_not_told_but_tried_again(dialer: Dialer) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        origin = Origin("http", "127.0.0.1", bound.getsockname()[1])
        dialer.ahead(origin, 1)
        (begun,) = dialer._openings[origin]
        with pytest.raises(ConnectionRefusedError):
            begun.get(time.monotonic() + 5)
        bound.listen()
        now = time.monotonic()
        dialer.take(origin, now, now + 5).close()


def test_a_connection_that_has_waited_long_is_not_used(
    serve: Serve, dialer: Dialer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(lambda caller: caller.over.wait() and None)
    origin = Origin("http", "127.0.0.1", server.port)
    dialer.ahead(origin, 1)
    (begun,) = dialer._openings[origin]
    stale = begun.get(time.monotonic() + 5)
    monkeypatch.setattr(opening, "FRESH", 0.0)
    now = time.monotonic()
    fresh = dialer.take(origin, now, now + 5)
    assert fresh.sock is not stale.sock
    assert stale.sock.fileno() == -1
    fresh.close()


def test_a_handshake_without_an_end_is_told_as_one_at_the_deadline(dialer: Dialer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        origin = Origin("https", "127.0.0.1", silent.getsockname()[1])
        dialer.ahead(origin, 1)
        now = time.monotonic()
        with pytest.raises(HandshakeError):
            dialer.take(origin, now, now + 0.5)


def test_a_silent_host_is_told_as_a_connect_time_out_at_the_deadline(dialer: Dialer) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        with socket.create_connection(address):
            origin = Origin("http", *address)
            dialer.ahead(origin, 1)
            now = time.monotonic()
            with pytest.raises(ConnectTimeoutError):
                dialer.take(origin, now, now + 0.2)


def test_connections_that_nobody_took_are_closed_in_the_end(serve: Serve, dialer: Dialer) -> None:
    server = serve(lambda caller: caller.over.wait() and None)
    origin = Origin("http", "127.0.0.1", server.port)
    dialer.ahead(origin, 1)
    (begun,) = dialer._openings[origin]
    line = begun.get(time.monotonic() + 5)
    dialer.close()
    assert line.sock.fileno() == -1
