"""Connections are opened while Python still imports; nothing is sent before the file has been validated."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from tests_support.running import Ran

Run = Callable[..., Ran]


@dataclass
class Listener:
    """Counts connections and what is sent over them, and answers nothing."""

    port: int = 0
    connections: int = 0
    received: bytes = b""
    sockets: list[socket.socket] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A server that listens to the end of each connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Listener(server.getsockname()[1])

        def accept() -> None:
            while True:
                try:
                    accepted, _ = server.accept()
                except OSError:
                    return
                found.connections += 1
                with accepted:
                    while data := accepted.recv(4096):
                        found.received += data

        thread = threading.Thread(target=accept)
        thread.start()
        yield found
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def file_for(listener: Listener, more: str = "") -> str:
    return f'title = "Ahead"\n[backend]\nurl = "http://127.0.0.1:{listener.port}"\n{more}\n'


def test_a_file_with_a_mistake_is_refused_before_anything_is_sent(
    smoke: Run, environments: Callable[..., str], listener: Listener
) -> None:
    ran = smoke("--env=late", environments(late=file_for(listener, 'colour = "blue"')))
    assert ran.code == 4
    assert listener.received == b""


def test_a_collection_alone_opens_no_connection(
    smoke: Run, environments: Callable[..., str], listener: Listener
) -> None:
    ran = smoke("--env=late", environments(late=file_for(listener)), "--collect-only")
    assert ran.code == 0
    assert listener.connections == 0


def test_where_a_proxy_is_named_nobody_is_dialled_directly(
    smoke: Run, environments: Callable[..., str], listener: Listener
) -> None:
    mistaken = environments(late=file_for(listener, 'colour = "blue"'))
    ran = smoke("--env=late", mistaken, variables={"HTTP_PROXY": "http://127.0.0.1:9"})
    assert ran.code == 4
    assert listener.connections == 0
