"""The real stack, whole and broken: what the server's vantage sees, and what the diagnosis makes of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests_support.compose_faults import FIXED, OBSERVED, REFUSED, UNNOTICED, broken
from tests_support.observe import observe

from smokegate.diagnosis.engine import diagnose
from smokegate.environment.load import load
from smokegate.environment.model import Environment
from smokegate.observation.model import Observation
from smokegate.observation.server import CommandCause, ServerView
from smokegate.observation.server.collect import collect as collect_server
from smokegate.replica.compose import engine as engines
from smokegate.replica.compose.faults import FAULTS
from smokegate.replica.compose.stack import BACKEND, DATABASE, SERVICES
from smokegate.replicas import start_replica

ENVIRONMENTS = Path(__file__).parents[2] / "environments"
STARTS_BROKEN = "database-slow"
pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture(scope="session")
def declared() -> Environment:
    """The shipped environment file, with deadlines that suit a machine of one's own."""
    (environment,) = load(["local-compose"], directory=ENVIRONMENTS, variables={})
    backend = replace(environment.backend, timeout=3.0)
    return replace(environment, backend=backend)


@pytest.fixture(scope="module")
def healthy(
    engine: None,  # noqa: ARG001 -- asks for it first
    declared: Environment,
) -> Iterator[tuple[Any, Environment]]:
    """The stack as it should be; a test that breaks it leaves it healthy."""
    replica, environment = start_replica(declared, None)
    with replica:
        yield replica, environment


@pytest.fixture(scope="module")
def view(healthy: tuple[Any, Environment]) -> ServerView:
    """What the server's vantage sees of the healthy stack."""
    return collect_server(healthy[1])


def seen(environment: Environment) -> Observation:
    return observe([environment])[environment.name]


def named(fault: str, environment: Environment) -> None:
    """Check that the diagnosis names a fault."""
    diagnosis = diagnose(environment, seen(environment))
    assert diagnosis.headline is not None
    found = [(each.code, each.evidence[:2]) for each in diagnosis.findings]
    assert diagnosis.headline.code in FAULTS[fault].cause, found


def test_every_service_is_seen_well(view: ServerView) -> None:
    assert view.failure is None
    assert {each.name for each in view.services} == set(SERVICES)
    assert {each.state for each in view.services} == {"running"}
    assert not any(each.crash_looping for each in view.services)


def test_health_is_seen_where_there_is_a_check_and_only_there(view: ServerView) -> None:
    checked = {each.name for each in view.services if each.health == "healthy"}
    assert checked == {BACKEND, DATABASE, "nginx"}
    assert {each.name for each in view.services if each.check} == checked


def test_the_revision_of_the_image_is_the_commit_that_answers(
    view: ServerView, healthy: tuple[Any, Environment]
) -> None:
    backend = view.service(BACKEND)
    assert backend is not None
    assert backend.revision == healthy[0].commit == view.origin[0].header("x-atp-backend-commit")


def test_the_port_is_the_backends_and_no_one_elses(view: ServerView) -> None:
    assert [each.service for each in view.listeners] == [BACKEND]


def test_the_database_accepts_connections(view: ServerView) -> None:
    assert view.database is not None
    assert view.database.ready


def test_the_origin_answers_every_path(view: ServerView) -> None:
    assert [(each.status, each.is_json) for each in view.origin] == [(200, True)] * 3


def test_logs_and_disks_are_seen(view: ServerView) -> None:
    assert all(each.log for each in view.services if each.name in {BACKEND, DATABASE, "nginx"})
    assert {"/run/backend"} <= {disk.mount for disk in view.disks if disk.service == BACKEND}


def test_nothing_is_the_matter_with_the_healthy_stack(healthy: tuple[Any, Environment]) -> None:
    observation = seen(healthy[1])
    assert [each.code for each in diagnose(healthy[1], observation).findings if not each.advisory] == []


def test_another_port_than_the_backends_is_seen_as_free(healthy: tuple[Any, Environment]) -> None:
    environment = healthy[1]
    assert environment.compose is not None
    other = replace(environment.compose, port=1)
    assert collect_server(replace(environment, compose=other)).listeners == ()


@pytest.mark.parametrize(
    ("directory", "cause"),
    [("nowhere", CommandCause.NO_PROJECT_DIRECTORY), (".", CommandCause.NO_COMPOSE_FILE)],
)
def test_a_project_that_is_not_there_is_reported_as_that(
    declared: Environment, tmp_path: Path, directory: str, cause: CommandCause
) -> None:
    assert declared.compose is not None
    elsewhere = replace(declared.compose, directory=str(tmp_path / directory))
    found = collect_server(replace(declared, compose=elsewhere))
    assert found.failure is not None
    assert found.failure.cause is cause


def test_an_engine_that_does_not_run_is_reported_as_that(
    declared: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    found = collect_server(declared)
    assert found.failure is not None
    assert found.failure.cause is CommandCause.ENGINE_NOT_RUNNING
    assert found.disks, "what needs no engine is looked at all the same"


def test_every_fault_is_tried_by_one_test() -> None:
    """Those that are not observed here are diagnosed in `test_fix.py`."""
    assert sorted([*FIXED, *REFUSED, *UNNOTICED, *OBSERVED]) == sorted(FAULTS)


@pytest.mark.parametrize("fault", [each for each in OBSERVED if each != STARTS_BROKEN])
def test_a_fault_is_named(fault: str, healthy: tuple[Any, Environment]) -> None:
    """Each real fault of a real container leads to its own cause, ahead of what the edge shows of it."""
    replica, environment = healthy
    with broken(replica.stack, fault):
        named(fault, environment)


def test_a_stack_that_starts_broken_has_its_fault(declared: Environment) -> None:
    """What `--fault` asks for is there when the start is over."""
    replica, environment = start_replica(declared, STARTS_BROKEN)
    with replica:
        named(STARTS_BROKEN, environment)


def test_a_stack_whose_owner_was_killed_is_removed_by_the_next_one() -> None:
    """Nothing of a run that ended without a word stays behind: no container, no volume, no directory."""
    program = "from smokegate.replica.compose import replica; print(replica.start().directory, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        directory = owner.stdout.readline().strip()
        os.kill(owner.pid, signal.SIGKILL)
    client = engines.client()
    label = {"label": f"{engines.DIRECTORY_LABEL}={directory}"}
    assert client.containers.list(all=True, filters=label)
    assert directory in engines.sweep_abandoned(client)
    assert client.containers.list(all=True, filters=label) == []
    assert client.volumes.list(filters=label) == client.networks.list(filters=label) == []
    assert not Path(directory).exists()
    client.close()


def test_a_stack_that_is_in_use_is_left_alone(healthy: tuple[Any, Environment]) -> None:
    client = engines.client()
    assert str(healthy[0].directory) not in engines.sweep_abandoned(client)
    assert healthy[0].directory.exists()
    client.close()
