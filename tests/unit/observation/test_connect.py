"""Whichever of a host's addresses answers is used, and the most specific failure is kept."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from smokegate.observation.transport.connect import ConnectTimeoutError, address_of, tcp
from smokegate.observation.transport.lookup import Address

from .conftest import Serve


@pytest.fixture
def refusing() -> Iterator[Address]:
    """An address at which no one listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield socket.AF_INET, bound.getsockname()


@pytest.fixture
def silent() -> Iterator[Address]:
    """An address that answers nothing: its queue of connections is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(8)]
        for each in waiting:
            each.settimeout(0)
            each.connect_ex(listener.getsockname())
        yield socket.AF_INET, listener.getsockname()
        for each in waiting:
            each.close()


@pytest.fixture
def listening(serve: Serve) -> Address:
    """An address that accepts."""
    return socket.AF_INET, ("127.0.0.1", serve(lambda caller: caller.over.wait() and None).port)


def test_a_refusing_address_gives_way_to_the_next(refusing: Address, listening: Address) -> None:
    with tcp([refusing, listening], time.monotonic() + 30) as sock:
        assert sock.getpeername() == listening[1]
        assert address_of(sock) == f"127.0.0.1:{listening[1][1]}"


def test_a_silent_address_delays_the_next_only_for_a_moment(silent: Address, listening: Address) -> None:
    with tcp([silent, listening], time.monotonic() + 30) as sock:
        assert sock.getpeername() == listening[1]


def test_an_address_of_a_family_that_this_machine_lacks_gives_way(listening: Address) -> None:
    with tcp([(socket.AF_APPLETALK, ("x", 1)), listening], time.monotonic() + 30) as sock:
        assert sock.getpeername() == listening[1]


def test_silence_ends_at_the_deadline(silent: Address) -> None:
    with pytest.raises(ConnectTimeoutError):
        tcp([silent, silent], time.monotonic() + 0.4)
