"""The whole look, over a real ssh connection at a real stack: the same as from the server itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests_support.ports import reserved
from tests_support.sshd import Sshd, serve, write_config

from smokegate.environment.load import load
from smokegate.environment.model import Environment, Server
from smokegate.observation.server import CommandCause, ServerView
from smokegate.observation.server.collect import collect as collect_server
from smokegate.replicas import start_replica

ENVIRONMENTS = Path(__file__).parents[2] / "environments"
pytestmark = pytest.mark.usefixtures("engine")


@pytest.fixture(scope="module")
def stack() -> Iterator[Environment]:
    """A healthy stack, and the environment that describes it from the server itself."""
    (declared,) = load(["local-compose"], directory=ENVIRONMENTS, variables={})
    replica, environment = start_replica(declared, None)
    with replica:
        yield environment


@pytest.fixture(scope="module")
def sshd(sshd_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """The way to the server."""
    with serve(sshd_program, tmp_path_factory.mktemp("sshd")) as server:
        yield server


def over(environment: Environment, config: Path) -> Environment:
    server = Server(ssh="target", ssh_config=str(config), timeout=60.0)
    return replace(environment, server=server)


def told(view: ServerView) -> dict[str, tuple[object, ...]]:
    """What of a view does not depend on the moment."""
    return {
        each.name: (each.id, each.state, each.health, each.restart_policy, each.revision, each.ports)
        for each in view.services
    }


def test_the_server_looks_the_same_over_ssh(stack: Environment, sshd: Sshd) -> None:
    far, near = collect_server(over(stack, sshd.config)), collect_server(stack)
    assert far.failure is None
    assert far.problems == ()
    assert told(far) == told(near)
    assert far.database == near.database
    assert [each.service for each in far.listeners] == [each.service for each in near.listeners]
    assert [each.status for each in far.origin] == [each.status for each in near.origin]


def test_no_connection_is_left_behind(stack: Environment, sshd: Sshd) -> None:
    collect_server(over(stack, sshd.config))
    assert sshd.ends()


def test_a_server_that_refuses_is_a_view_with_its_reason(stack: Environment, tmp_path: Path) -> None:
    """A look never raises: what keeps it from looking is what it saw."""
    with reserved() as port:
        view = collect_server(over(stack, write_config(tmp_path, port)))
    assert view.failure is not None
    assert view.failure.cause is CommandCause.SSH_REFUSED
    assert view.unreachable
