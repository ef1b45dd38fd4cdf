"""What the tests of the replicas share: running ones, and a client that believes in no proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Event
from time import monotonic
from typing import Any

import pytest
import requests

from smokegate.replica import Replica, start

RequestToSend = Callable[..., requests.Response]
Serve = Callable[..., Replica]
PERSON = {"email": "person@example.com", "password": "a long password", "full_name": "A Person"}


@pytest.fixture(scope="session")
def tectonic() -> Iterator[Replica]:
    """A healthy Tectonic deployment, shared: tests leave it as they found it."""
    with start("tectonic") as replica:
        yield replica


@pytest.fixture(scope="session")
def trading() -> Iterator[Replica]:
    """A healthy trading deployment, shared: tests leave it as they found it."""
    with start("trading") as replica:
        yield replica


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a replica that is stopped with the test."""
    with ExitStack() as running:

        def begin(*arguments: Any, **options: Any) -> Replica:
            return running.enter_context(start(*arguments, **options))

        yield begin


@pytest.fixture(scope="session")
def ask() -> Iterator[RequestToSend]:
    """Send a replica one thing: `ask(replica, "GET", "/health")`; its frontend with `frontend=True`."""
    with requests.Session() as session:
        session.trust_env = False

        def send(
            replica: Replica, method: str, path: str, *, frontend: bool = False, **options: Any
        ) -> requests.Response:
            address = replica.frontend_url if frontend else replica.backend_url
            options.setdefault("timeout", 60)
            options.setdefault("verify", str(replica.ca_file) if replica.ca_file else True)
            return session.request(method, address + path, **options)

        yield send


@pytest.fixture
def person() -> dict[str, str]:
    """A registration that nothing is wrong with."""
    return dict(PERSON)


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], bool], str], None]:
    """Await a condition, at most a minute (a busy machine): `until(lambda: ..., "what is awaited")`."""

    def wait(condition: Callable[[], bool], awaited: str) -> None:
        pause = Event()
        deadline = monotonic() + 60
        while not condition():
            if monotonic() > deadline:
                pytest.fail(f"after a minute still not there: {awaited}")
            pause.wait(0.01)

    return wait
