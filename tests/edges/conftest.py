"""Each proxy runs once, on the worker that has its tests."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from tests_support.ports import reserved

from .proxies import PROXIES, Proxy
from .upstream import upstreams

PATIENCE = 60.0
"""Seconds within which a proxy listens; it is awaited by connecting."""


@dataclass(frozen=True)
class Running:
    """A proxy that runs: the port of each of its states, and the authority that its certificate is of."""

    ports: Mapping[str, int]
    authority: Path


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that records the proxies' answers for the unit tests."""
    parser.addoption("--record-answers", action="store_true", help="write what real proxies answer into tests/edges")


@pytest.fixture(scope="session")
def upstream() -> Iterator[dict[str, int]]:
    """The application behind the proxies, in each of its states."""
    with upstreams() as ports:
        yield ports


@pytest.fixture(scope="session", params=PROXIES, ids=lambda proxy: proxy.name)
def proxy(request: pytest.FixtureRequest) -> Proxy:
    """One proxy after the other."""
    found: Proxy = request.param
    if found.path() is None:
        assert "CI" not in os.environ, f"{found.program} is not installed; .ci/run installs it"
        pytest.skip(f"{found.program} is not installed: see the list of packages in .ci/run")
    return found


@pytest.fixture(scope="session")
def running(proxy: Proxy, upstream: dict[str, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run the proxy until its last test."""
    folder = tmp_path_factory.mktemp(proxy.program)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("other.invalid").private_key_and_cert_chain_pem.write_to_path(str(folder / "other.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "own.pem"))
    with ExitStack() as held:
        yield from _run(proxy, folder, upstream, {each: held.enter_context(reserved()) for each in proxy.states})


def _run(proxy: Proxy, folder: Path, upstream: dict[str, int], ports: dict[str, int]) -> Iterator[Running]:
    command = [str(proxy.path()), *proxy.configure(folder, upstream, ports)]
    output = folder / "output.txt"
    with output.open("wb") as written:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        )
    try:
        for port in ports.values():
            _await(port, process, output)
        _await(ports["ok"], process, output, answers=True)
        yield Running(ports, folder / "ca.pem")
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(port: int, process: subprocess.Popen[bytes], output: Path, *, answers: bool = False) -> None:
    """Wait until something listens, or until the application behind it answers."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as sock:
                if not answers:
                    return
                sock.sendall(b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
                if sock.recv(65536).startswith(b"HTTP/1.1 200"):
                    return
        except OSError:
            pass
        process.poll()
        select.select([], [], [], 0.05)
    pytest.fail(f"{process.args} does not answer on {port}:\n{output.read_text(errors='replace')[-2000:]}")
