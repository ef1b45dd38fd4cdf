"""A server by hand: five services of which some are in trouble, and a check of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from smokegate.commands.common import CheckResult
from smokegate.environment.model import Environment
from smokegate.observation.exchange import Exchange
from smokegate.observation.server import (
    DatabaseReady,
    ListenerView,
    LogLine,
    OriginAnswer,
    PublishedPort,
    Sample,
    ServerView,
    ServiceView,
)
from tests_support.diagnosis import COMMIT, an_environment, answered, seen
from tests_support.suite import judge

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
COMPOSE = {
    "directory": "/srv/app",
    "profile": "aws",
    "backend": "backend",
    "database": "db",
    "port": 8002,
}
OLD = answered("monitoring", 200, {"backend_health": "healthy", "age": 100_000})
"""What users meet where a worker is down: data that grow old."""
AWAY = {"error": "upstream_unavailable", "message": "Backend service temporarily unavailable."}


def service(name: str, state: str = "running", **more: Any) -> ServiceView:
    """Return a service that runs since an hour, with fields replaced."""
    restarts = more.pop("restarts", 0)
    image = {"db": "postgres:15", "nginx": "nginx:1.22"}.get(name, f"app-{name}")
    ports = (PublishedPort("0.0.0.0", 80, 80),) if name == "nginx" else ()  # noqa: S104 - as docker prints it
    sample = Sample(state, restarts, NOW - timedelta(hours=1))
    values: dict[str, Any] = {
        "container": f"app-{name}-1",
        "id": name,
        "state": state,
        "samples": (sample, sample),
        "restart_policy": "always",
        "image": image,
        "ports": ports if state == "running" else (),
        "finished_at": None if state == "running" else NOW - timedelta(minutes=2),
        **more,
    }
    return ServiceView(name, **values)


def gone(name: str) -> ServiceView:
    """Return a service without a container."""
    return ServiceView(name, exists=False)


def looping(name: str, *log: str) -> ServiceView:
    """Return a service in a crash loop."""
    samples = (Sample("running", 3, NOW), Sample("restarting", 4, NOW))
    lines = tuple(LogLine(NOW, text) for text in log)
    return service(name, "restarting", samples=samples, exit_code=1, log=lines)


def view(*changes: ServiceView, **fields: Any) -> ServerView:
    """Return a view of a server on which all is well, with services and fields replaced."""
    services = {name: service(name) for name in ("backend", "db", "nginx", "worker")}
    services |= {each.name: each for each in changes}
    backend_up = services["backend"].running and not services["backend"].crash_looping
    came = OriginAnswer("/health", None, problem="refused")
    if backend_up:
        came = OriginAnswer("/health", 200, 0.01, headers=(("x-commit", COMMIT),))
    holder = ListenerView("127.0.0.1", 8002, container="app-backend-1", service="backend")
    values: dict[str, Any] = {
        "services": tuple(services[name] for name in sorted(services)),
        "database": DatabaseReady("db", services["db"].running, "accepting connections"),
        "origin": (came,),
        "listeners": (holder,) if backend_up else (),
        "now": NOW,
        **fields,
    }
    return ServerView("local", **values)


def server_environment(**sections: Any) -> Environment:
    """Return an environment with a server and no journey."""
    bare: dict[str, Any] = {"sign_in": None, "frontend": None, "server": {"local": True}, "compose": COMPOSE}
    return an_environment(**{**bare, **sections})


def away(environment: Environment) -> tuple[Exchange, ...]:
    """Return nginx's answers in place of the backend's, for everything that is requested."""
    names = [each for each in seen(environment=environment).exchanges if each != "version"]
    return tuple(answered(name, 503, AWAY) for name in names)


def look_at(
    server: ServerView | None, *changes: Exchange, environment: Environment | None = None, **fields: Any
) -> CheckResult:
    """Return the look at a deployment whose server stands like this."""
    environment = environment or server_environment()
    observation = seen(*changes, environment=environment, server=server, **fields)
    return CheckResult(judge(environment, observation), NOW, 0.5)
