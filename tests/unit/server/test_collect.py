"""A check where docker is not what it should be: a program of the test's own stands in for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests_support.diagnosis import an_environment
from tests_support.views import COMPOSE

from smokegate.environment.model import Environment
from smokegate.observation.server import CommandCause
from smokegate.observation.server.collect import collect as collect_server


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A server that is this machine, with a short patience."""
    return an_environment(
        server={"local": True, "timeout": "1s"}, compose={**COMPOSE, "directory": str(tmp_path), "port": 1}
    )


def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program of this name in front of any other."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")


def test_an_engine_that_hangs_keeps_no_one_waiting(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What needs no engine is seen all the same."""
    docker(tmp_path, monkeypatch, "exec sleep 60")
    view = collect_server(environment)
    assert view.failure is not None
    assert view.failure.cause is CommandCause.COMMAND_TIMED_OUT
    assert view.disks
    assert [each.status for each in view.origin] == [None]


def test_docker_that_speaks_no_json_is_a_failure_with_its_words(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(
        tmp_path,
        monkeypatch,
        'case "$*" in info*) echo "28 2026-11-22T00:00:00Z /";; *) echo "not: {json";; esac',
    )
    view = collect_server(environment)
    assert view.failure is not None
    assert view.failure.cause is CommandCause.COMMAND_FAILED
    assert "not JSON" in view.failure.detail


def test_a_server_without_docker_says_so(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker(tmp_path, monkeypatch, "echo \"env: 'docker': No such file or directory\" >&2; exit 127")
    view = collect_server(environment)
    assert view.failure is not None
    assert view.failure.cause is CommandCause.DOCKER_NOT_INSTALLED


def test_an_environment_without_a_server_cannot_be_looked_at() -> None:
    with pytest.raises(ValueError, match=r"\[server\] and \[compose\]"):
        collect_server(an_environment())
