"""Which exchanges an environment's promises need from its backend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smokegate.environment.model import Endpoint, Environment
from smokegate.observation.plan.prerequisites import never_asked
from smokegate.observation.plan.step import RequestToSend, Step, join

HEALTH, JOURNEY, PLAIN, SAMPLE = 0, 1, 5, 7


def endpoint_name(endpoint: Endpoint) -> str:
    """Return the exchange's name: `endpoint /path`, with the method where it is not GET."""
    return f"endpoint {endpoint.label}"


def health_steps(environment: Environment) -> Iterator[Step]:
    """Yield the health check and its further samples."""
    health = environment.backend.health
    ask = RequestToSend("GET", join(environment.backend.url, health.path))
    yield Step("health", "health", ask, priority=HEALTH, within=health.within)
    sample = Step("", "health", ask, priority=SAMPLE, fresh=True, retry=False, gate="health", shut_by=never_asked)
    for number in range(2, health.samples + 1):
        yield replace(sample, name=f"health {number}")


def endpoint_steps(environment: Environment) -> Iterator[Step]:
    """Yield one exchange for each declared endpoint."""
    for endpoint in environment.backend.endpoints:
        ask = RequestToSend(endpoint.method, join(environment.backend.url, endpoint.path), tuple(endpoint.send.items()))
        yield Step(endpoint_name(endpoint), "endpoints", ask, priority=PLAIN, within=endpoint.within)


def monitoring_steps(environment: Environment) -> Iterator[Step]:
    """Yield the monitoring summary, asked exactly once: deployments limit its rate."""
    monitoring = environment.backend.monitoring
    if monitoring is not None:
        ask = RequestToSend("GET", join(environment.backend.url, monitoring.path))
        yield Step("monitoring", "monitoring", ask, priority=PLAIN, retry=False)


def version_steps(environment: Environment) -> Iterator[Step]:
    """Yield the request that tells the deployed commit, unless the health check is that request."""
    version = environment.version
    if version is not None and not version_is_health(environment):
        ask = RequestToSend("GET", join(environment.backend.url, version.path))
        yield Step("version", "version", ask, priority=PLAIN)


def version_is_health(environment: Environment) -> bool:
    """Tell whether the health check also tells the version, so that one request serves both."""
    return environment.version is not None and environment.version.path == environment.backend.health.path
