from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from smokegate.observation.server import probes as origin
from smokegate.observation.server.host import Output
from smokegate.observation.server.model import OriginAnswer

PUBLIC = "https://shop.example.com"


class Handler(BaseHTTPRequestHandler):
    """Answers every path with JSON that names it; 503 where the path says so."""

    def do_GET(self) -> None:  # noqa: D102 -- the name is http.server's
        status = 503 if "away" in self.path else 200
        body = b'{"path": "%s"}' % self.path.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Commit", "abc1234")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:  # noqa: D102 -- http.server's
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture(params=["curl", "python3", "bash"])
def tools(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A directory of programs in which only one can ask over HTTP."""
    for name in ("sh", "timeout", "cat", request.param):
        found = os.path.realpath(sys.executable) if name == "python3" else shutil.which(name)
        if found is None:
            pytest.skip(f"no {name} here")
        (tmp_path / name).symlink_to(found)
    return tmp_path


def ask(tools: Path, port: int, path: str) -> OriginAnswer:
    argv = origin.command(port, path, 60.0, PUBLIC)
    done = subprocess.run(argv, env={"PATH": str(tools)}, capture_output=True, text=True, check=False)
    return origin.answer(path, Output(tuple(argv), done.returncode, done.stdout, done.stderr, 0.1))


def test_the_answer_is_the_same_with_every_tool(tools: Path, port: int) -> None:
    answer = ask(tools, port, "/health?a=1&b='x'")
    assert (answer.status, answer.json, answer.problem) == (200, {"path": "/health?a=1&b='x'"}, None)
    assert answer.header("x-commit") == "abc1234"
    assert 0 < answer.seconds < 60


def test_a_status_that_is_no_success_is_an_answer(tools: Path, port: int) -> None:
    assert ask(tools, port, "/away").status == 503


def test_no_one_there_is_no_answer_and_says_why(tools: Path) -> None:
    answer = ask(tools, 1, "/health")
    assert answer.status is None
    assert answer.problem


def test_a_server_without_any_tool_says_so(tmp_path: Path) -> None:
    (tmp_path / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
    answer = ask(tmp_path, 1, "/health")
    assert answer.problem == "the server has neither curl nor python3 nor bash"


@pytest.mark.parametrize("text", ["", "garbage", "HTTP/1.1 200 OK", "SSH-2.0-OpenSSH_9.2\r\n\r\n"])
def test_what_is_no_http_is_no_answer(text: str) -> None:
    assert origin.answer("/x", Output(("sh",), 0, text, "", 0.1)).status is None
