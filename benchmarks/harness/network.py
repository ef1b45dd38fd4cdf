"""The benchmark's network: a namespace with only a loopback link, on which packets can be delayed or lost."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

QUEUE = 7
#: How far the measured round trip may be from what was asked for, in seconds.
TOLERANCE = 0.004


class NetworkError(Exception):
    """The network cannot be made, or is not what it should be; the text says why and what helps."""


def enter(argv: Sequence[str]) -> int:
    """Run a command in a network namespace of its own; return its exit code.

    Raises:
        NetworkError: this machine has not what it takes.
    """
    for tool, package in (("unshare", "util-linux"), ("ip", "iproute2"), ("iptables", "iptables")):
        if shutil.which(tool) is None:
            raise NetworkError(f"the benchmark's network needs `{tool}`: apt-get install {package}")
    unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--user", "--map-root-user"]
    return subprocess.run([*unshare, *argv], check=False).returncode


def prepare() -> None:
    """Bring the namespace's loopback link up.

    Raises:
        NetworkError: it cannot be, or this is the machine's own network.
    """
    if len(socket.if_nameindex()) > 1:
        raise NetworkError("the benchmark changes its network, which must be a namespace: make bench")
    _do("ip", "link", "set", "lo", "up")


@contextmanager
def round_trip(seconds: float, ports: Sequence[int]) -> Generator[None]:
    """Make the way to and from some ports longer by this round trip.

    Raises:
        NetworkError: it cannot be made, or a connection does not take that long.
    """
    if not seconds:
        yield
        return
    command = [sys.executable, str(Path(__file__).with_name("delay.py")), str(QUEUE), str(seconds / 2)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        if holder.stdout.readline().strip() != "ready":
            raise NetworkError("the process that delays packets did not start")
        try:
            with socket.create_server(("127.0.0.1", 0)) as gauge:
                port = gauge.getsockname()[1]
                with _rule([*ports, port], "NFQUEUE", "--queue-num", str(QUEUE)):
                    _verify(seconds, port)
                    yield
        finally:
            holder.terminate()


@contextmanager
def swallowed(ports: Sequence[int]) -> Generator[None]:
    """Lose every packet to and from some ports."""
    with _rule(ports, "DROP"):
        yield


@contextmanager
def _rule(ports: Sequence[int], *target: str) -> Generator[None]:
    listed = ",".join(map(str, ports))
    rule = ["INPUT", "-i", "lo", "-p", "tcp", "-m", "multiport", "--ports", listed, "-j", *target]
    _do("iptables", "-I", *rule)
    try:
        yield
    finally:
        _do("iptables", "-D", *rule)


def connect_seconds(port: int, times: int = 5) -> list[float]:
    """Measure how long connections to a port take to be opened."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            taken.append(time.perf_counter() - began)
    return taken


def _verify(seconds: float, port: int) -> None:
    taken = statistics.median(connect_seconds(port))
    if not seconds <= taken <= seconds + TOLERANCE:
        raise NetworkError(
            f"a round trip of {seconds * 1000:.0f} ms was asked for, and opening a connection takes "
            f"{taken * 1000:.1f} ms: is the machine too busy?"
        )


def _do(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise NetworkError(f"{' '.join(command)}: {done.stderr.strip()}")
