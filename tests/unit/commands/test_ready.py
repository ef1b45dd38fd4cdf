"""Waiting until services are ready, by what the engine says, without a clock or an engine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from smokegate.commands.fix.executor import HOPELESS, PACE, await_ready
from smokegate.environment.model import Compose
from smokegate.observation.server import CommandCause
from smokegate.observation.server.containers import Project
from smokegate.observation.server.host import HostError, Output

BACKEND, DATABASE = "a" * 64, "b" * 64


def container(identifier: str, service: str, status: str = "running", health: str = "", restarts: int = 0) -> Any:
    """Return what `docker inspect` says of a container."""
    state: dict[str, Any] = {"Status": status, "StartedAt": "2026-11-22T12:00:00Z"}
    if health:
        state["Health"] = {"Status": health}
    labels = {"com.docker.compose.service": service}
    return {
        "Id": identifier,
        "Name": f"/{service}",
        "RestartCount": restarts,
        "State": state,
        "Labels": labels,
    }


@dataclass
class FakeHost:
    """A host on which the containers stand differently at every poll; the last state stays."""

    polls: list[list[Any]]
    name: str = "local"
    remote: bool = False
    asked: int = 0
    paused: list[float] = field(default_factory=list)

    def run(self, argv: Sequence[str], timeout: float | None = None) -> Output:
        """Answer `docker compose ps` and `docker inspect`."""
        assert timeout is None or timeout > 0
        self.asked += "ps" in argv
        now = self.polls[min(self.asked, len(self.polls)) - 1]
        if "inspect" in argv:
            return Output(tuple(argv), 0, "\n".join(json.dumps(each) for each in now), "", 0.0)
        lines = "\n".join(json.dumps({"ID": each["Id"]}) for each in now)
        return Output(tuple(argv), 0, lines, "", 0.0)


def settle(host: FakeHost, *services: str, limit: float = 5.0) -> str | None:
    """Wait on a clock that goes on by what is paused."""
    compose = Compose.read({"directory": "/srv/app", "backend": "backend", "port": 8002})
    project = Project(host, compose)  # type: ignore[arg-type]
    return await_ready(project, services, limit, pause=host.paused.append, clock=lambda: sum(host.paused))


def test_what_is_healthy_is_not_waited_for() -> None:
    """One poll, no pause."""
    host = FakeHost([[container(BACKEND, "backend", health="healthy")]])
    assert settle(host, "backend") is None
    assert host.paused == []


def test_what_has_no_health_check_is_ready_when_it_runs() -> None:
    """There is nothing else to go by."""
    assert settle(FakeHost([[container(BACKEND, "backend")]]), "backend") is None


def test_it_waits_while_a_health_check_has_not_passed() -> None:
    """Two polls say `starting`, the third `healthy`."""
    starting = [container(BACKEND, "backend", health="starting")]
    host = FakeHost([starting, starting, [container(BACKEND, "backend", health="healthy")]])
    assert settle(host, "backend") is None
    assert host.paused == [PACE, PACE]


def test_unhealthy_can_still_become_healthy() -> None:
    """The engine tries again, and so does the wait."""
    host = FakeHost(
        [
            [container(BACKEND, "backend", health="unhealthy")],
            [container(BACKEND, "backend", health="healthy")],
        ]
    )
    assert settle(host, "backend") is None


def test_it_gives_up_in_time_and_says_on_whom() -> None:
    """The reason names the service and how it stands."""
    host = FakeHost([[container(BACKEND, "backend", health="starting"), container(DATABASE, "db")]])
    assert settle(host, "backend", "db", limit=2.0) == "after 2 s: backend is starting"


def test_a_crash_loop_is_not_waited_for() -> None:
    """It says `running` half of the time; the restarts give it away."""
    host = FakeHost([[container(BACKEND, "backend", restarts=HOPELESS)]])
    assert settle(host, "backend") == "backend: crashes and is restarted repeatedly"
    assert host.paused == []


def test_others_are_not_waited_for() -> None:
    """A worker that is down is none of the backend's business."""
    host = FakeHost([[container(BACKEND, "backend"), container(DATABASE, "worker", "exited")]])
    assert settle(host, "backend") is None


def test_a_container_that_is_not_there_yet_is_waited_for() -> None:
    """Compose is about to make it."""
    assert settle(FakeHost([[], [container(BACKEND, "backend")]]), "backend") is None


def test_an_engine_that_cannot_be_asked_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is compose's own."""
    host = FakeHost([[]])
    failed = Output(("docker",), 1, "", "Cannot connect to the Docker daemon at unix:///x.", 0.0)
    monkeypatch.setattr(host, "run", lambda *_args, **_options: failed)
    with pytest.raises(HostError) as error:
        settle(host, "backend")
    assert error.value.failure.cause is CommandCause.ENGINE_NOT_RUNNING
