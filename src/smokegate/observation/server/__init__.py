"""The vantage `server`: what a person would see in a shell on the host that runs the containers."""

from __future__ import annotations

from collections.abc import Callable

from smokegate.environment.model import Environment
from smokegate.observation.server.causes import CommandCause
from smokegate.observation.server.model import (
    CommandFailure,
    DatabaseReady,
    Disk,
    ListenerView,
    OriginAnswer,
    ServerView,
)
from smokegate.observation.server.service import HealthCheck, HealthProbe, LogLine, PublishedPort, Sample, ServiceView

__all__ = [
    "CommandCause",
    "CommandFailure",
    "DatabaseReady",
    "Disk",
    "HealthCheck",
    "HealthProbe",
    "ListenerView",
    "LogLine",
    "OriginAnswer",
    "PublishedPort",
    "Sample",
    "ServerView",
    "ServiceView",
    "collect_server",
]


def collect_server(environment: Environment, *, redactor: Callable[[str], str] | None = None) -> ServerView:
    """Collect the data of an environment's server once; a failure is in the view and raises nothing.

    The redactor is applied to everything that a command writes, before it is read.

    Raises:
        ValueError: the environment has no `[server]` or no `[compose]`.
    """
    from smokegate.observation.server.collect import collect  # noqa: PLC0415 -- only where a server is declared

    return collect(environment, redactor=redactor)
