"""Waiting ends when the deployment is healthy and of the expected commit, or when waiting cannot help."""

from __future__ import annotations

import itertools
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trustme

from smokegate.environment.model import Backend, Compose, Environment, Health, Server, Version
from smokegate.observation.model import Readiness
from smokegate.observation.observer import Observer
from smokegate.observation.plan import readiness
from smokegate.observation.plan.readiness import SETTLED, STEADY, ReadinessWait
from smokegate.observation.server import watch
from smokegate.observation.server.parse import REVISION
from smokegate.observation.transport.pool import Pool

from .conftest import Caller, Handler, Serve, context_of

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OLD = "fedcba9876543210fedcba9876543210fedcba98"
READY = (200, {"status": "ok", "commit": COMMIT}, "")
PREVIOUS = (200, {"status": "ok", "commit": OLD}, "")


@pytest.fixture(autouse=True)
def _one_poll_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a poll takes seconds: none is overtaken but where a test is about that."""
    monkeypatch.setattr(readiness, "OVERTAKEN", 60.0)


class Clock:
    """The time, and what a test adds to it."""

    def __init__(self) -> None:
        self.passed = 0.0

    def monotonic(self) -> float:
        """Return the time."""
        return time.monotonic() + self.passed

    def hour(self) -> None:
        """Let an hour pass, which ends any wait."""
        self.passed += 3600.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock by which the wait ends: a busy machine has come as far by then as a fast one."""
    made = Clock()
    monkeypatch.setattr(readiness, "time", made)
    return made


def turns(*answers: tuple[int, Any, str], then: Callable[[], object] = lambda: None) -> Handler:
    """Answer each request in turn, the last answer forever; `then` is called with the first request after them."""
    lock = threading.Lock()
    waiting = itertools.chain(answers, itertools.repeat(answers[-1]))
    number = itertools.count()

    def handler(caller: Caller) -> None:
        while caller.hear():
            with lock:
                status, body, header = next(waiting)
                if next(number) == len(answers):
                    then()
            caller.answer(json.dumps(body), f"{status} X", *([header] if header else []))

    return handler


def environment(url: str, version: Version | None = None, **more: Any) -> Environment:
    backend = Backend(url=url, timeout=30.0, health=Health.read({"json": {"status": "ok"}, "samples": 1}))
    return Environment(name="tested", title="T", backend=backend, version=version, **more)


IN_HEALTH = Version(path="/health", field="commit")


def waited(
    pool: Pool,
    given: Environment,
    wait: float = 120.0,
    commit: str | None = None,
    lines: list[str] | None = None,
) -> Readiness:
    progress = None if lines is None else lines.append
    observer = Observer(given, pool=pool, wait=wait, expected_commit=commit, progress=progress, controls=())
    observer.start()
    try:
        seen = observer.complete()
        assert "health" in seen.exchanges, "what is there is looked at also when it is not ready"
        assert seen.readiness is not None
        return seen.readiness
    finally:
        observer.close()


def test_a_healthy_deployment_is_ready_after_three_good_answers(pool: Pool, serve: Serve) -> None:
    found = waited(pool, environment(serve(turns(READY)).url))
    assert (found.ready, found.polls, found.gave_up) == (True, STEADY, None)


@pytest.mark.parametrize(
    "answer",
    [
        (502, "bad gateway", ""),
        (404, {"detail": "Not Found"}, ""),
        (404, "Not Found", "x-render-routing: no-server"),
        (200, {"status": "starting"}, ""),
        (503, "", "x-render-routing: hibernate-wake-error"),
    ],
)
def test_what_can_heal_is_waited_out(pool: Pool, serve: Serve, answer: tuple[int, Any, str]) -> None:
    found = waited(pool, environment(serve(turns(answer, answer, READY)).url))
    assert (found.ready, found.polls) == (True, 2 + SETTLED)


def test_an_older_healthy_commit_is_waited_out(pool: Pool, serve: Serve) -> None:
    lines: list[str] = []
    url = serve(turns(PREVIOUS, PREVIOUS, READY)).url
    found = waited(pool, environment(url, IN_HEALTH), commit=COMMIT[:7], lines=lines)
    assert (found.ready, found.polls) == (True, 2 + SETTLED)
    assert any(f"from version {OLD[:12]}" in line and "still missing: version 0123456" in line for line in lines)


def test_a_commit_with_a_path_of_its_own_is_read_there(pool: Pool, serve: Serve) -> None:
    served = itertools.chain([OLD, COMMIT], itertools.repeat(COMMIT))

    def handler(caller: Caller) -> None:
        while head := caller.hear():
            body = {"commit": next(served)} if b"/version" in head else {"status": "ok"}
            caller.answer(json.dumps(body))

    found = waited(pool, environment(serve(handler).url, Version(path="/version", field="commit")), commit=COMMIT)
    assert (found.ready, found.polls) == (True, 1 + SETTLED)


def test_without_an_expected_commit_any_will_do(pool: Pool, serve: Serve) -> None:
    assert waited(pool, environment(serve(turns(PREVIOUS)).url, IN_HEALTH)).ready


def test_the_end_of_the_wait_is_reported_with_what_was_awaited(pool: Pool, serve: Serve, clock: Clock) -> None:
    url = serve(turns((200, {"status": "starting"}, ""), then=clock.hour)).url
    found = waited(pool, environment(url))
    assert not found.ready
    assert found.waited >= 3600
    assert found.gave_up is not None
    assert "json status: expected 'ok', got 'starting'" in found.gave_up


@pytest.mark.parametrize("routing", ["suspend", "suspend-by-user", "blocked-render-subdomain"])
def test_what_cannot_heal_at_the_edge_ends_the_wait_at_once(pool: Pool, serve: Serve, routing: str) -> None:
    found = waited(pool, environment(serve(turns((503, "", f"x-render-routing: {routing}"))).url))
    assert (found.ready, found.polls) == (False, 1)
    assert found.gave_up is not None
    assert routing in found.gave_up


def test_a_certificate_that_is_not_trusted_ends_the_wait_at_once(pool: Pool, serve: Serve) -> None:
    server = serve(turns(READY), context_of(trustme.CA().issue_cert("127.0.0.1")))
    found = waited(pool, environment(server.url))
    assert (found.ready, found.polls) == (False, 1)
    assert found.gave_up is not None
    assert "not from a trusted authority" in found.gave_up


def test_a_name_that_never_resolves_ends_the_wait_at_once(pool: Pool) -> None:
    found = waited(pool, environment("http://gone.invalid"))
    assert (found.ready, found.polls) == (False, 1)


def test_a_refused_connection_is_waited_out(pool: Pool, serve: Serve) -> None:
    """A port where nothing listens, and a moment later something does, is like a restart."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    lines: list[str] = []

    def progress(line: str) -> None:
        if "refused" in line and not lines:
            serve(turns(READY), bound=bound)
            lines.append(line)

    given = environment(f"http://127.0.0.1:{bound.getsockname()[1]}")
    observer = Observer(given, pool=pool, wait=120.0, progress=progress, controls=())
    observer.start()
    seen = observer.complete()
    assert seen.readiness is not None
    assert seen.readiness.ready
    assert lines


def test_a_poll_that_hangs_is_overtaken(pool: Pool, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """One lost packet must not hide for the whole time-out that the deployment is back."""
    monkeypatch.setattr(readiness, "OVERTAKEN", 0.5)
    first = threading.Lock()

    def handler(caller: Caller) -> None:
        while caller.hear():
            if first.acquire(blocking=False):
                caller.over.wait()
            caller.answer(json.dumps(READY[1]))

    given = environment(serve(handler).url)
    found = waited(pool, given, wait=30.0)
    assert found.ready
    assert found.polls > STEADY


@pytest.mark.parametrize(
    ("ages", "begun"), [((), 1), ((0.0,), 0), ((5.0,), 1), ((5.0, 0.0), 0), ((5.0, 5.0), 1), ((5.0, 5.0, 5.0), 0)]
)
def test_a_poll_is_overtaken_only_where_all_under_way_hang(
    monkeypatch: pytest.MonkeyPatch, ages: tuple[float, ...], begun: int
) -> None:
    """One that has just begun may still be answered: no other begins beside it, and three are the most."""
    monkeypatch.setattr(readiness, "OVERTAKEN", 1.0)
    submitted: list[object] = []
    pool = SimpleNamespace(submit=lambda *given, **_: submitted.append(given))
    retries: Any = SimpleNamespace(pool=pool)
    given = environment("http://127.0.0.1:1")
    waiting = ReadinessWait(
        given,
        expected_commit=None,
        wait=9.0,
        retries=retries,
        progress=None,
        done=lambda _: None,
    )
    waiting._in_flight = dict(enumerate(100.0 - age for age in ages))
    waiting._next(100.0)
    assert len(submitted) == begun


def test_a_wait_that_is_cut_short_says_so(pool: Pool, serve: Serve) -> None:
    observer = Observer(environment(serve(turns((502, "", ""))).url), pool=pool, wait=60.0)
    observer.start()
    observer.close()
    seen = observer.snapshot()
    assert seen.readiness is not None
    assert seen.readiness.gave_up == "the run was cut short"
    assert not seen.complete


def test_nothing_else_is_requested_before_it_is_ready(pool: Pool, serve: Serve) -> None:
    bad = (502, "", "")
    server = serve(turns(bad, bad, READY))
    observer = Observer(environment(server.url, Version(path="/version", field="commit")), pool=pool, wait=120.0)
    observer.start()
    observer.complete()
    polls = 2 + SETTLED
    assert server.asked[:polls] == ["GET /health HTTP/1.1"] * polls
    assert "GET /version HTTP/1.1" in server.asked[polls:]


def test_a_rolling_deploy_is_waited_out(pool: Pool, serve: Serve) -> None:
    """Old and new answer in turn: one good answer says nothing."""
    url = serve(turns(READY, PREVIOUS, READY, READY, PREVIOUS, READY)).url
    found = waited(pool, environment(url, IN_HEALTH), commit=COMMIT)
    assert (found.ready, found.polls) == (True, 5 + SETTLED)


def test_a_relapse_to_the_old_version_is_caught(pool: Pool, serve: Serve, clock: Clock) -> None:
    url = serve(turns(READY, READY, PREVIOUS, then=clock.hour)).url
    found = waited(pool, environment(url, IN_HEALTH), commit=COMMIT)
    assert not found.ready
    assert found.gave_up is not None
    assert f"from version {OLD[:12]}" in found.gave_up


def test_every_poll_has_a_connection_of_its_own(pool: Pool, serve: Serve) -> None:
    """A balancer that keeps a connection at one instance would hide the other."""
    server = serve(turns(READY))
    waited(pool, environment(server.url))
    assert server.accepted >= STEADY


def labelled(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *labels: str) -> Environment:
    """A deployment whose version is its container's label: these in turn, the last forever."""
    described = '{"Id": "0123456789ab", "State": {"Status": "running"}, "Labels": {"%s": "%s"}}'
    lines = [described % (REVISION, label) for label in labels]
    (folder / "turns").write_text("\n".join(lines) + "\n")
    program = folder / "docker"
    program.write_text(
        f"""#!/bin/sh
cd {folder}
case "$*" in
*" ps "*) echo '{{"ID": "0123456789ab"}}';;
*) head -n1 turns; [ "$(wc -l < turns)" = 1 ] || {{ tail -n+2 turns > rest; mv rest turns; }};;
esac
"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.setattr(watch, "INTERVAL", 0.05)
    version = Version.read({"from": "label"})
    compose = Compose(directory=str(folder), backend="backend", port=1)
    return environment(url, version, server=Server(local=True), compose=compose)


def test_the_label_of_the_container_is_waited_for(
    pool: Pool, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old container answers as well as the new one: only its label says that it is replaced."""
    lines: list[str] = []
    given = labelled(serve(turns(READY)).url, tmp_path, monkeypatch, OLD, OLD, OLD, COMMIT)
    found = waited(pool, given, commit=COMMIT, lines=lines)
    assert found.ready
    assert found.polls > SETTLED
    assert any(f"container backend: version {OLD[:12]}" in line for line in lines)


def test_a_label_that_stays_old_is_no_new_version(
    pool: Pool, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    given = labelled(serve(turns(*[READY] * 2 * SETTLED, then=clock.hour)).url, tmp_path, monkeypatch, OLD)
    found = waited(pool, given, commit=COMMIT)
    assert not found.ready
    assert found.gave_up is not None
    assert f"still missing: version {COMMIT[:12]}" in found.gave_up
