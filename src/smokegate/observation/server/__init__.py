"""The vantage point `server`: a shell on the container host."""

from __future__ import annotations

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
]
