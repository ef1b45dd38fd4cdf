"""Servers made of plain sockets, because a well-behaved server cannot misbehave."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme

from smokegate.environment.model import Backend, Environment, Health
from smokegate.observation.evidence.record import Recorder
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.exchange import Exchange
from smokegate.observation.plan.step import RequestToSend, Step
from smokegate.observation.transport.pool import Pool
from smokegate.observation.transport.retry import Retries
from smokegate.observation.transport.sites import Sites

Handler = Callable[["Caller"], None]


@dataclass
class Caller:
    """One connection that a test's server accepted."""

    sock: socket.socket
    over: threading.Event
    """Set when the test is over: what a server waits for instead of sleeping."""
    heard: list[bytes]
    """Every request, of all connections, head and body."""
    last: bytes = b""
    """The newest request of this connection."""

    def hear(self) -> bytes:
        """Read one request; empty at the end of the connection."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.sock.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += self.sock.recv(65536)
        self.last = head + b"\r\n\r\n" + body
        self.heard.append(self.last)
        return head

    def say(self, data: bytes | str) -> None:
        """Send bytes as they are."""
        self.sock.sendall(data.encode() if isinstance(data, str) else data)

    def answer(self, body: bytes | str = b"", status: str = "200 OK", *headers: str) -> None:
        """Send a whole, proper answer."""
        content = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", *headers, "", ""]
        self.say("\r\n".join(lines).encode() + content)


@dataclass
class WireServer:
    """A listening socket and what becomes of its connections."""

    handler: Handler
    context: ssl.SSLContext | None = None
    over: threading.Event = field(default_factory=threading.Event)
    heard: list[bytes] = field(default_factory=list)
    accepted: int = 0
    bound: socket.socket | None = None
    """Where it listens, instead of a port of its own."""

    def __post_init__(self) -> None:
        if self.bound is not None:
            self.bound.listen(64)
        self.listener = self.bound or socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'http' if self.context is None else 'https'}://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[str]:
        """The first line of every request."""
        return [each.partition(b"\r\n")[0].decode() for each in self.heard]

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self.context is not None:
                sock = self.context.wrap_socket(sock, server_side=True)
            with sock:
                self.handler(Caller(sock, self.over, self.heard))

    def close(self) -> None:
        """Stop listening and let the handlers end."""
        self.over.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


Serve = Callable[..., WireServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server with a handler for its connections."""
    servers: list[WireServer] = []

    def start(
        handler: Handler, context: ssl.SSLContext | None = None, bound: socket.socket | None = None
    ) -> WireServer:
        servers.append(WireServer(handler, context, bound=bound))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def pool() -> Iterator[Pool]:
    """The threads and connections of one test."""
    made = Pool()
    yield made
    made.close()


@dataclass
class Prober:
    """Carries out single requests as an observer does."""

    pool: Pool
    redactor: Redactor = field(default_factory=Redactor)
    timeout: float = 30.0
    """Seconds: a busy machine is late, and only a test of time-outs has them end a request."""
    ca_file: str | None = None

    def get(self, url: str, *headers: tuple[str, str], **step: object) -> Exchange:
        """Request an address."""
        elsewhere = bool(step.pop("elsewhere", False))
        return self.ask(RequestToSend("GET", url, headers, elsewhere=elsewhere), **step)

    def ask(self, ask: RequestToSend, **step: object) -> Exchange:
        """Carry out a request."""
        recorder = Recorder(self.redactor, time.monotonic())
        tries = Retries(self.pool, recorder, self.timeout, Sites({}, self.ca_file))
        known = {"retry": False, **step}
        return tries.run(Step("probe", "endpoints", ask, **known), ask, time.monotonic())[0]  # type: ignore[arg-type]


@pytest.fixture
def prober(pool: Pool) -> Prober:
    """Requests with half a minute each and no second attempt, unless a test says otherwise."""
    return Prober(pool)


def environment(url: str, **more: object) -> Environment:
    """An environment whose health check wants `{"status": "ok"}` and is requested once."""
    backend = Backend(url=url, timeout=30.0, health=Health.read({"json": {"status": "ok"}, "samples": 1}))
    return Environment(**{"name": "tested", "title": "Tested", "backend": backend, **more})


def redirecting_to(location: str) -> Handler:
    """Answer with a redirect."""

    def handler(caller: Caller) -> None:
        caller.hear()
        caller.answer(b"", "302 Found", f"Location: {location}")

    return handler


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """A server's TLS settings with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture(autouse=True)
def _journal_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts that a test's run would create are not written down in the user's own journal."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
