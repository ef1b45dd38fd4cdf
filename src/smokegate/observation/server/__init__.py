"""The vantage `server`: what a person would see in a shell on the host that runs the containers."""

from smokegate.observation.server.causes import CommandCause
from smokegate.observation.server.look import look
from smokegate.observation.server.model import (
    CommandFailure,
    DatabaseReady,
    Disk,
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
    "look",
]
