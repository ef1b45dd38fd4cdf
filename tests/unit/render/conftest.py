"""A stand-in for Render's API in this process, whose clock the tests hold, and a pool to ask it with."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from smokegate.environment.render import Render
from smokegate.observation.transport.pool import Pool
from smokegate.replica.messages import Answer, Request
from smokegate.replica.render.api import api
from smokegate.replica.render.platform import Deploy, Platform, Service, through

OLD, NEW = "a" * 40, "b" * 40
KEY = "rnd_0123456789abcdefghij"


@dataclass
class Served:
    """The API on loopback. `says` are answers that it gives once each, in the place of its own."""

    platform: Platform
    url: str = ""
    says: list[Answer] = field(default_factory=list)
    now: list[float] = field(default_factory=lambda: [1000.0])

    @property
    def service(self) -> Service:
        """The backend's service."""
        return self.platform.services["shop"]

    def section(self, **more: object) -> Render:
        """Return the section of an environment file that names this API."""
        return Render.read({"service": "shop", "api": self.url, "key": KEY, **more})


@pytest.fixture
def served() -> Iterator[Served]:
    """A workspace with one web service, whose second deploy is live."""
    found = Served(Platform(KEY))
    found.platform.clock = lambda: found.now[0]
    found.platform.services["shop"] = Service(
        "shop",
        url="https://shop.onrender.invalid",
        variables={"SECRET_KEY": "a-value-that-no-output-shows", "DEBUG": "False"},
        deploys=[Deploy(NEW, through("live"), 1), Deploy(OLD, through("live"))],
    )
    found.platform.begin()
    answer = api(found.platform)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            request = Request(self.command, self.path, tuple(self.headers.items()), body, "127.0.0.1")
            given = found.says.pop(0) if found.says else asyncio.run(answer(request))  # type: ignore[arg-type]
            assert isinstance(given, Answer)
            self.send_response(given.status)
            for name, value in (*given.headers, ("content-length", str(len(given.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(given.body)

        do_POST = do_GET  # noqa: N815 -- the library's names

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def pool() -> Iterator[Pool]:
    """A pool for one test."""
    made = Pool(1)
    yield made
    made.close()
