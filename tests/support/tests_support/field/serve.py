"""Serves the answers of one case on free ports of 127.0.0.1.

A case gives its answers as a table (`answers.toml`) or, where they depend on earlier requests, as a function
(`answer(request)` in `server.py`).
"""

from __future__ import annotations

import importlib.util
import socket
import sys
import threading
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Headers = dict[str, str | list[str]]
Answer = tuple[int, Headers, str]


@dataclass(frozen=True)
class Request:
    """One request; `url` is the server's own address, `other` its second one, which is another origin."""

    method: str
    path: str
    headers: Message
    body: str
    url: str
    other: str


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # with five, a connection may wait a second for its turn on a busy machine

    def handle_error(self, *_: object) -> None:
        """Print nothing: a client that has seen enough closes the connection."""


class Deployment:
    """One server on two ports, and a third port at which nothing listens."""

    def __init__(self, answer: Callable[[Request], Answer] | None) -> None:
        self._servers: list[ThreadingHTTPServer] = []
        self._closed = [_closed_port() for _ in range(1 if answer else 3)]
        for _ in range(2 if answer else 0):
            assert answer is not None
            server = _Server(("127.0.0.1", 0), _handler(answer, self))
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            self._servers.append(server)
        ports = [server.server_port for server in self._servers]
        ports += [each.getsockname()[1] for each in self._closed]
        self.ports = dict(zip(("port", "other", "closed"), ports, strict=True))

    def filled(self, text: str, **more: str) -> str:
        """Return a text with the ports in the place of `{port}`, `{other}` and `{closed}`."""
        for name, value in {**self.ports, **more}.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def close(self) -> None:
        """Stop the servers and release the ports."""
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for each in self._closed:
            each.close()


def _closed_port() -> socket.socket:
    """Return a socket that holds a port and does not listen: connections are refused."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder


def _handler(answer: Callable[[Request], Answer], deployment: Deployment) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            url = deployment.filled("http://127.0.0.1:{port}")
            other = deployment.filled("http://localhost:{other}")
            path = self.path.partition("?")[0]
            status, headers, text = answer(Request(self.command, path, self.headers, sent, url, other))
            body = deployment.filled(text).encode()
            self.send_response_only(status)
            for name, values in headers.items():
                for value in [values] if isinstance(values, str) else values:
                    self.send_header(name, deployment.filled(value))
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_GET  # noqa: N815 - http.server names them

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def from_table(answers: list[dict[str, Any]]) -> Callable[[Request], Answer]:
    """Return the function that gives the first answer whose path fits; an answer without a path fits all."""

    def answer(request: Request) -> Answer:
        for each in answers:
            if each.get("path", request.path) == request.path:
                return each.get("status", 200), each.get("headers", {}), each.get("body", "")
        return 404, {}, ""

    return answer


def of_case(folder: Path) -> Callable[[Request], Answer] | None:
    """Return the answers of a case's folder, or None where nothing is served; state begins anew each time."""
    if (table := folder / "answers.toml").exists():
        return from_table(tomllib.loads(table.read_text(encoding="utf-8"))["answer"])
    if not (script := folder / "server.py").exists():
        return None
    home = str(folder.parents[1])
    if home not in sys.path:
        sys.path.append(home)  # a case's server may share code with others of its folder
    spec = importlib.util.spec_from_file_location("case_server", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    answer: Callable[[Request], Answer] = module.answer
    return answer
