"""A small web server on loopback whose every answer a test decides."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)


def reply(value: Any = None, status: int = 200, **headers: str) -> Reply:
    """Return a JSON answer; underscores in header names are dashes."""
    named = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Reply(status, json.dumps(value).encode(), (("Content-Type", "application/json"), *named))


@dataclass
class Web:
    """The server: set `answers[path]` to a `Reply`, or to a function of the request handler."""

    url: str = ""
    answers: dict[str, Reply | Callable[[BaseHTTPRequestHandler], Reply]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def serve(tls: ssl.SSLContext | None = None) -> Iterator[Web]:
    """Serve until the block ends, over TLS where a context is given."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.body = self.rfile.read(length)
            web.asked.append((self.command, self.path))
            found = web.answers.get(self.path, Reply(404, b"{}"))
            answer = found(self) if callable(found) else found
            self.send_response(answer.status)
            for name, text in answer.headers:
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_OPTIONS = do_DELETE = do_HEAD = _answer  # noqa: N815 - http.server's own names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # with five, a connection may wait a second for its turn on a busy machine

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that goes away is nothing to tell of."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    web.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
