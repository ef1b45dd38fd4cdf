"""The suite's vocabulary: each fixture names something that was observed of a deployment.

A fixture that hands out an exchange gives its answer to whoever asks (`health.status`, `health.json`). Where
there is none the test fails with the cause; where an earlier symptom explains that, it is blocked instead.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smokegate.environment.model import Compose, Endpoint, Environment
from smokegate.observation.model import Observation
from smokegate.observation.plan.backend import endpoint_name
from smokegate.plugin.deployment import Deployment
from smokegate.plugin.seen import Seen, SignInSeen
from smokegate.plugin.server_view import ServerSeen

See = Callable[[str], Seen]


@pytest.fixture
def health(seen: See) -> Seen:
    """The first answer of the health check."""
    return seen("health")


@pytest.fixture
def samples(seen: See, deployment: Deployment) -> list[Seen]:
    """Every answer of the health check."""
    return [seen(name) for name in deployment.observer.names("health")]


@pytest.fixture
def endpoint_answer(seen: See, endpoint: Endpoint) -> Seen:
    """What one declared endpoint answered."""
    return seen(endpoint_name(endpoint))


@pytest.fixture
def monitoring(seen: See) -> Seen:
    """The monitoring summary."""
    return seen("monitoring")


@pytest.fixture
def version(seen: See) -> Seen:
    """The answer in which the deployed commit can be read."""
    return seen("version")


@pytest.fixture
def page(seen: See) -> Seen:
    """The frontend's page."""
    return seen("page")


@pytest.fixture
def sign_in(seen: See) -> SignInSeen:
    """The sign-in journey, step by step: `register` or `login_first`, `account`, `login` and so on."""
    return SignInSeen(seen)


@pytest.fixture
def compose(environment: Environment) -> Compose:
    """The compose project that the environment declares."""
    assert environment.compose is not None
    return environment.compose


@pytest.fixture
def server(observation: Observation, compose: Compose) -> ServerSeen:
    """What was seen from the server that runs the containers."""
    return ServerSeen(observation.server, compose)
