"""Commits, public hosts, the pool and the sharing of connections, each by itself."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smokegate.environment.model import Version
from smokegate.observation.evidence.version import deployed_version, same_commit
from smokegate.observation.exchange import Answer, Body, Headers
from smokegate.observation.side_probes import is_public
from smokegate.observation.transport.connect import Origin
from smokegate.observation.transport.dial import Dialer, SharedFailureError
from smokegate.observation.transport.lookup import NameTimeoutError, Resolver
from smokegate.observation.transport.pool import Pool
from smokegate.observation.transport.tls import Contexts

from .conftest import Serve

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@given(length=st.integers(7, 40), other=st.integers(7, 40))
def test_abbreviated_commits_are_the_same(length: int, other: int) -> None:
    assert same_commit(COMMIT[:length], COMMIT[:other].upper())


@pytest.mark.parametrize("actual", [None, "", COMMIT[:6], "fedcba9", COMMIT[1:]])
def test_other_commits_are_not(actual: str | None) -> None:
    assert not same_commit(COMMIT, actual)


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (Version(path="/", header="x-commit"), "abcdef1"),
        (Version(path="/", field="build.commit"), "1234567"),
        (Version(path="/", field="build"), None),
        (Version(path="/", field="none.such"), None),
        (Version(path="/", header="x-unknown"), None),
        (Version(path="/", header="x-missing"), None),
    ],
)
def test_the_commit_is_read_where_the_file_says(version: Version, expected: str | None) -> None:
    headers = Headers((("X-Commit", "abcdef1"), ("X-Unknown", "unknown")))
    body = Body(json={"build": {"commit": "1234567"}}, is_json=True)
    assert deployed_version(version, Answer(200, headers, body)) == expected


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://app.onrender.com", True),
        ("http://1.1.1.1", True),
        ("http://[2606:4700::1111]", True),
        ("http://127.0.0.1:8000", False),
        ("http://10.1.2.3", False),
        ("http://[::1]:1", False),
        ("http://localhost:1", False),
        ("http://db", False),
        ("http://gone.invalid", False),
        ("http://app.test", False),
    ],
)
def test_a_host_on_the_internet_is_distinguished_from_a_local_one(url: str, public: bool) -> None:  # noqa: FBT001 -- a table
    assert is_public(url) is public


def test_the_pool_has_no_more_threads_than_it_may() -> None:
    small = Pool(threads=3)
    running, most, lock = 0, 0, threading.Lock()
    full, go = threading.Barrier(4), threading.Event()

    def job() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        if not go.is_set():
            full.wait(60)
            go.wait(60)
        with lock:
            running -= 1

    for number in range(12):
        small.submit(number, job)
    full.wait(60)
    done = threading.Event()
    small.submit("last", done.set)
    go.set()
    assert done.wait(60)
    small.close()
    assert most == 3


def test_the_most_urgent_job_of_a_lane_goes_first() -> None:
    pool = Pool(threads=1)
    begun, go, done = threading.Event(), threading.Event(), threading.Event()
    order: list[int] = []
    pool.submit("lane", lambda: (begun.set(), go.wait(60)))
    assert begun.wait(60)
    for priority in (5, 1, 3):
        pool.submit("lane", lambda priority=priority: order.append(priority), priority)
    pool.submit("lane", done.set, 9)
    go.set()
    assert done.wait(60)
    pool.close()
    assert order == [1, 3, 5]


def test_a_job_that_fails_costs_no_thread() -> None:
    pool = Pool(threads=1)
    done = threading.Event()
    pool.submit("lane", lambda: 1 // 0)
    pool.submit("lane", done.set)
    assert done.wait(60)
    pool.close()


def test_a_later_job_is_done_in_its_time(pool: Pool) -> None:
    began, times, done = time.monotonic(), [], threading.Event()
    pool.later(0.10, lambda: (times.append(time.monotonic() - began), done.set()))
    pool.later(0.05, lambda: times.append(time.monotonic() - began))
    assert done.wait(60)
    assert times == sorted(times)
    assert times[0] >= 0.05


def test_who_asked_before_an_attempt_failed_shares_its_failure() -> None:
    dialer = Dialer(Resolver(), Contexts())
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        origin = Origin("http", "127.0.0.1", bound.getsockname()[1])
        asked = time.monotonic()
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError):
                dialer.take(origin, time.monotonic(), asked + 30)
        with pytest.raises(SharedFailureError):
            dialer.take(origin, asked, asked + 30)


def test_an_origin_that_was_reached_shares_no_failure(serve: Serve) -> None:
    server = serve(lambda caller: caller.hear() and None)
    dialer = Dialer(Resolver(), Contexts())
    origin = Origin("http", "127.0.0.1", server.port)
    asked = time.monotonic()
    dialer.take(origin, asked, asked + 30).sock.close()
    server.close()
    with pytest.raises(ConnectionRefusedError):
        dialer.take(origin, asked, asked + 30)


def test_lookups_that_run_are_shared_and_failures_are_reported_to_no_one_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls, begun, go = [], threading.Event(), threading.Event()

    def looking(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        calls.append(host)
        begun.set()
        if len(calls) == 1:
            go.wait(60)
            raise socket.gaierror(socket.EAI_AGAIN, "temporary failure")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(socket, "getaddrinfo", looking)
    resolver = Resolver()
    for _ in range(2):
        with pytest.raises(NameTimeoutError):
            resolver.resolve("app.example", 80, time.monotonic() + 0.05)
    assert begun.wait(60)
    assert calls == ["app.example"]
    go.set()
    assert resolver._lookups["app.example", 80].done.wait(60)
    deadline = time.monotonic() + 60
    assert resolver.resolve("app.example", 80, deadline) == ((socket.AF_INET, ("127.0.0.1", 80)),)
    assert resolver.resolve("app.example", 80, deadline)
    assert calls == ["app.example"] * 2


def test_one_context_serves_all_connections_and_one_more_each_file_of_authorities() -> None:
    contexts = Contexts()
    assert contexts.get() is contexts.get()
    assert contexts.get().check_hostname


def test_observing_can_start_before_the_http_library_is_imported() -> None:
    """Start-up time is part of the product: `requests` comes while the first packets are on their way."""
    code = "import sys, json, smokegate.observation.observer; print(json.dumps(sorted(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert not {"requests", "urllib3", "email"} & set(json.loads(told.stdout))
