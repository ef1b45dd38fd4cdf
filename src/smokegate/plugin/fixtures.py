"""The fixtures under the suite's vocabulary: which deployment a test is about, and what was seen of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from smokegate.plugin.deployment import Deployment, NotStartedError
from smokegate.plugin.outcomes import TOUCHED
from smokegate.plugin.seen import Blocked, Seen, see
from smokegate.plugin.session import RUN

if TYPE_CHECKING:
    from smokegate.environment.model import Endpoint, Environment
    from smokegate.observation.model import Observation


@pytest.fixture(scope="session")
def environment_name(request: pytest.FixtureRequest) -> str:
    """The name of the environment that a test is about; every smoke test has one case for each."""
    return str(request.param)


@pytest.fixture(scope="session")
def deployment(environment_name: str, request: pytest.FixtureRequest) -> Deployment:
    """What is looked at."""
    run = request.config.stash[RUN]
    assert run is not None
    found = run.deployment(environment_name)
    if not found.begun:
        found.start()
    try:
        assert found.observer
    except NotStartedError as broken:
        raise Blocked(summary=str(broken)) from None
    return found


@pytest.fixture(scope="session")
def environment(deployment: Deployment) -> Environment:
    """The environment file, with the addresses that the deployment really has."""
    return deployment.environment


@pytest.fixture
def endpoint(environment: Environment, endpoint_index: int) -> Endpoint:
    """One of the environment's further endpoints; a test that uses it has one case for each."""
    return environment.backend.endpoints[endpoint_index]


@pytest.fixture
def seen(deployment: Deployment, request: pytest.FixtureRequest) -> Callable[[str], Seen]:
    """Return what was seen, by the name of the exchange; waits for that exchange only."""
    touched: list[str] = request.node.stash.setdefault(TOUCHED, [])
    itself = f"{request.path.name}::{request.function.__name__}"

    def look(name: str) -> Seen:
        touched.append(name)
        return see(deployment.observer, name, itself)

    return look


@pytest.fixture
def observation(deployment: Deployment) -> Observation:
    """Everything that was seen of the deployment; waits for all of it."""
    return deployment.observation
