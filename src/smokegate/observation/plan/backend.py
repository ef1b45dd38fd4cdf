"""Which exchanges an environment's promises need from its backend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from smokegate.environment.model import Endpoint, Environment, Expectation
from smokegate.observation.model import REDIRECTS
from smokegate.observation.plan.prerequisites import never_asked
from smokegate.observation.plan.step import RequestToSend, Step, join

HEALTH, JOURNEY, PLAIN, SAMPLE = 0, 1, 5, 7
#: So many requests on connections of their own find an instance without a database: of two such that one is sound
#: all but once in 250 runs.
ENOUGH = 8


def endpoint_name(endpoint: Endpoint) -> str:
    """Return the exchange's name: `endpoint /path`, with the method where it is not GET."""
    return f"endpoint {endpoint.label}"


def health_steps(environment: Environment) -> Iterator[Step]:
    """Yield the health check and its further samples."""
    health = environment.backend.health
    ask = RequestToSend(
        "GET", join(environment.backend.url, health.path), follow=_follows(health), elsewhere=health.follow
    )
    first = Step("health", "health", ask, priority=HEALTH, declared=health, within=health.within)
    yield first
    yield from _samples(first, health.samples)


def endpoint_steps(environment: Environment) -> Iterator[Step]:
    """Yield one exchange for each declared endpoint, and further samples where it touches the database."""
    endpoints = environment.backend.endpoints
    touching = sum("database" in each.touches for each in endpoints)
    for endpoint in endpoints:
        url, headers = join(environment.backend.url, endpoint.path), tuple(endpoint.send.items())
        ask = RequestToSend(endpoint.method, url, headers, follow=_follows(endpoint), elsewhere=endpoint.follow)
        first = Step(
            endpoint_name(endpoint), "endpoints", ask, priority=PLAIN, declared=endpoint, within=endpoint.within
        )
        yield first
        if "database" in endpoint.touches and endpoint.severity == "gate":
            yield from _samples(first, -(-ENOUGH // touching))


def _follows(declared: Expectation) -> bool:
    """Tell whether redirects are followed: not where the file expects one."""
    return declared.status not in REDIRECTS


def _samples(first: Step, count: int) -> Iterator[Step]:
    """Yield further samples of an exchange: each asks anew, so that a balancer chooses the instance anew."""
    sample = replace(first, priority=SAMPLE, fresh=True, within=None, gate=first.name, shut_by=never_asked)
    for number in range(2, count + 1):
        yield replace(sample, name=f"{first.name} {number}")


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
