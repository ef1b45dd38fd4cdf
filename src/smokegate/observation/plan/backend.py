"""Plans the requests to the backend, and encodes request bodies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from smokegate.environment.backend import Sent
from smokegate.environment.model import Endpoint, Environment, Expectation
from smokegate.observation.plan.step import (
    ACCOUNT_PREFLIGHT,
    IDEMPOTENT,
    PREFLIGHT,
    RequestToSend,
    Step,
    join,
    never_sent,
    preflights,
    web_origin,
)
from smokegate.observation.transport.connect import Route

HEALTH, JOURNEY, REFUSAL, SAMPLE, PLAIN = 0, 1, 3, 4, 5
#: Samples, each on its own connection, to find an instance without a database: with one broken instance of two they
#: miss it once in 64 runs. Six is also the connection limit per server: a seventh would evict another.
DATABASE_SAMPLES = 6


def endpoint_name(endpoint: Endpoint) -> str:
    """Return the exchange's name: `endpoint /path`, with the method unless it is GET."""
    return f"endpoint {endpoint.label}"


def declared_request(environment: Environment, path: str, said: Sent) -> RequestToSend:
    """Return the request declared for a path of the backend."""
    url, headers = join(environment.backend.url, path), said.credentials
    route = Route(None, said.client_certificate, said.connect_to)
    if not isinstance(said, Expectation):
        return RequestToSend("GET", url, tuple(headers.items()), anonymous=said.anonymous, route=route)
    kind, body = encoded("json", said.sends)
    if kind and "content-type" not in map(str.lower, headers):
        headers["Content-Type"] = kind
    return RequestToSend(
        said.verb,
        url,
        tuple(headers.items()),
        body,
        follow=said.follows,
        elsewhere=said.follow is True,
        anonymous=said.anonymous,
        route=route,
        idempotent=said.verb not in IDEMPOTENT,
    )


def health_steps(environment: Environment) -> Iterator[Step]:
    """Yield the health check and its additional samples."""
    health = environment.backend.health
    request = declared_request(environment, health.path, health)
    first = Step(
        "health", "health", request, priority=HEALTH, declared=health, within=health.within, timeout=health.timeout
    )
    yield first
    yield from _samples(first, health.samples)


def endpoint_steps(environment: Environment) -> Iterator[Step]:
    """Yield a step per declared endpoint, with additional samples if it uses the database."""
    endpoints = environment.backend.endpoints
    touching = sum("database" in each.touches for each in endpoints)
    for endpoint in endpoints:
        first = Step(
            endpoint_name(endpoint),
            "endpoints",
            declared_request(environment, endpoint.path, endpoint),
            priority=PLAIN,
            declared=endpoint,
            within=endpoint.within,
            timeout=endpoint.timeout,
        )
        yield first
        sampled = "database" in endpoint.touches and endpoint.severity == "gate" and endpoint.verb != "POST"
        yield from _samples(first, endpoint.samples or (-(-DATABASE_SAMPLES // touching) if sampled else 1))


def _samples(first: Step, count: int) -> Iterator[Step]:
    """Yield additional samples of an exchange, each on another connection, so that a load balancer chooses again."""
    names = [f"{first.name} {number}" for number in range(2, count + 1)]
    separate_from = frozenset((first.name, *names))
    for name in names:
        yield replace(
            first,
            name=name,
            priority=SAMPLE,
            after=(first.name,),
            separate_from=separate_from,
            within=None,
            sample=True,
            gate=first.name,
            blocked_when=never_sent,
        )


def monitoring_steps(environment: Environment) -> Iterator[Step]:
    """Yield the monitoring summary, requested only once: deployments rate-limit it."""
    monitoring = environment.backend.monitoring
    if monitoring is not None:
        request = declared_request(environment, monitoring.path, monitoring)
        yield Step("monitoring", "monitoring", request, priority=PLAIN, retry=False, timeout=monitoring.timeout)


def version_steps(environment: Environment) -> Iterator[Step]:
    """Yield the request that returns the deployed version, unless the health check is that request."""
    version = environment.version
    if version is not None and version.path and not version_is_health(environment):
        request = declared_request(environment, version.path, version)
        yield Step("version", "version", request, priority=PLAIN, timeout=version.timeout)


def version_is_health(environment: Environment) -> bool:
    """Return whether the health check is also the version request."""
    version = environment.version
    if version is None or version.path != environment.backend.health.path:
        return False
    return declared_request(environment, version.path, version) == health_request(environment)


def health_request(environment: Environment) -> RequestToSend:
    """Return the request of the health check."""
    return declared_request(environment, environment.backend.health.path, environment.backend.health)


def preflight_steps(environment: Environment) -> Iterator[Step]:
    """Yield the CORS preflights of the login and the account call.

    A form's content type needs no preflight, nor does a call authenticated only by a cookie.
    """
    api, frontend = environment.sign_in, environment.frontend
    if api is None or frontend is None:
        return
    calls = {
        PREFLIGHT: ("POST", api.login, "" if api.login_call.body == "form" else "content-type"),
        ACCOUNT_PREFLIGHT: ("GET", api.account, (api.credential_header or "").lower()),
    }
    for name in preflights(api):
        method, path, header = calls[name]
        sent = [("Origin", web_origin(frontend.url)), ("Access-Control-Request-Method", method)]
        sent += [("Access-Control-Request-Headers", header)] if header else []
        # Browsers do not follow redirects of a preflight: a redirect is a refusal.
        request = RequestToSend("OPTIONS", join(environment.backend.url, path), tuple(sent), follow=False)
        yield Step(name, "frontend", request, priority=PLAIN)


def encoded(kind: str, fields: dict[str, Any]) -> tuple[str, bytes | None]:
    """Return content type and body for some fields; dots in JSON names separate levels."""
    if kind == "form":
        pairs = {name: str(value).lower() if isinstance(value, bool) else value for name, value in fields.items()}
        return "application/x-www-form-urlencoded", urlencode(pairs).encode()
    if not fields:
        return "", None
    return "application/json", json.dumps(nested(fields)).encode()


def nested(fields: dict[str, Any]) -> dict[str, Any]:
    """Nest fields with dots in their names: `user.email` is the key `email` of the object `user`."""
    result: dict[str, Any] = {}
    for name, value in fields.items():
        *above, last = name.split(".")
        level = result
        for key in above:
            inner = level.setdefault(key, {})
            level = inner if isinstance(inner, dict) else level.setdefault(f"{key}.", {})
        level[last] = value
    return result
