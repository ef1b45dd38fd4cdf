"""A healthy server by hand, changed in one place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from smokegate.observation.server import (
    DatabaseReady,
    HealthCheck,
    HealthProbe,
    ListenerView,
    LogLine,
    OriginAnswer,
    PublishedPort,
    Sample,
    ServerView,
    ServiceView,
)
from tests_support.diagnosis import STARTED

COMPOSE = {
    "directory": "/srv/app",
    "profile": "aws",
    "backend": "backend-aws",
    "port": 8002,
    "database": "db",
    "origin": ["/health"],
}
"""The `[compose]` section of the server by hand."""
UP_SINCE = STARTED - timedelta(minutes=5)
IMAGES = {"backend-aws": "app-backend", "updater": "app-backend", "db": "postgres:15", "nginx": "nginx:1.22"}
RUNNING = Sample("running", 0, UP_SINCE)


def service(name: str, **changes: Any) -> ServiceView:
    """Return a service that is well, with fields replaced."""
    whole = ServiceView(
        name,
        container=f"app-{name}-1",
        id=name.encode().hex(),
        state="running",
        health="" if name == "updater" else "healthy",
        samples=(RUNNING, RUNNING),
        restart_policy="always",
        image=IMAGES.get(name, name),
        ports=(PublishedPort("0.0.0.0", 80, 80),) if name == "nginx" else (),  # noqa: S104 -- a published port
        check=None if name == "updater" else HealthCheck(),
    )
    return replace(whole, **changes)


def looping(name: str, *log: str, **changes: Any) -> ServiceView:
    """Return a service in a crash loop that has logged these lines."""
    samples = (RUNNING, Sample("restarting", 3, UP_SINCE))
    return service(name, state="restarting", health="", exit_code=3, samples=samples, log=lines(*log), **changes)


def lines(*texts: str) -> tuple[LogLine, ...]:
    """Return log lines since the last start, a second apart."""
    return tuple(LogLine(UP_SINCE + timedelta(seconds=number), text) for number, text in enumerate(texts, 1))


def server(*changes: ServiceView, **fields: Any) -> ServerView:
    """Return a server on which all is well, with services in place of its own and fields replaced."""
    services = {name: service(name) for name in IMAGES} | {each.name: each for each in changes}
    whole = ServerView(
        "deploy@server",
        services=tuple(services.values()),
        listeners=(ListenerView("127.0.0.1", 8002, container="app-backend-aws-1", service="backend-aws"),),
        database=DatabaseReady("db", ready=True, detail="accepting connections"),
        origin=(OriginAnswer("/health", 200, 0.01, json={"status": "ok"}, is_json=True),),
        engine="28.2.2",
        now=STARTED,
    )
    return replace(whole, **fields)


def failing_check(output: str) -> HealthCheck:
    """Return a health check that has failed three times."""
    return HealthCheck(failing_streak=3, log=(HealthProbe(STARTED, 1, output),))
