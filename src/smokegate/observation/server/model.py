"""The data of the server vantage point: frozen and raw.

Durations are in seconds, sizes in bytes. Times are from the docker engine's clock, so that they are comparable even if
the clocks of two machines differ.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from smokegate.observation.server.causes import CommandCause
from smokegate.observation.server.service import ServiceView


class CommandFailure(Struct, frozen=True):
    """A failed command on the server."""

    cause: CommandCause
    command: str
    """The shell command."""
    detail: str
    """Output of ssh, docker or the command, truncated."""
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.cause.title}: {self.detail or 'nothing was written'} (from: {self.command})"


class ListenerView(Struct, frozen=True):
    """A process of the host, or a container, that holds the backend's port."""

    address: str
    port: int
    process: str | None = None
    """The program's name; None if the user lacks the permission to see it."""
    pid: int | None = None
    container: str | None = None
    """The container that publishes the port."""
    project: str | None = None
    service: str | None = None

    def __str__(self) -> str:
        if self.container:
            return f"{self.address}:{self.port} container {self.container}"
        who = self.process or "a process that the user may not see"
        return f"{self.address}:{self.port} {who}" + (f" (pid {self.pid})" if self.pid else "")


class DatabaseReady(Struct, frozen=True):
    """The result of `pg_isready` in the database's container."""

    service: str
    ready: bool
    detail: str
    """`accepting connections`, `rejecting connections`, `no response`, or why nothing could be sent to it."""


class Disk(Struct, frozen=True):
    """A file system of the host or of a service's container."""

    mount: str
    size: int
    free: int
    service: str | None = None

    @property
    def full(self) -> bool:
        """Whether less than 1 % and less than 64 MiB are free."""
        return self.size > 0 and self.free < min(self.size / 100, 2**26)


class OriginAnswer(Struct, frozen=True):
    """The backend's response to the server itself, bypassing all proxies."""

    path: str
    status: int | None
    """None: no HTTP response."""
    seconds: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    json: Any = None
    is_json: bool = False
    problem: str | None = None
    """Why there is no response: the error message of the program that sent the request."""

    def header(self, name: str) -> str | None:
        """Return the value of a header, case-insensitively."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class ServerView(Struct, frozen=True):
    """Everything collected from the server at once."""

    host: str
    """`local` or the ssh destination."""
    failure: CommandFailure | None = None
    """Why the containers could not be inspected; the other data is collected all the same."""
    services: tuple[ServiceView, ...] = ()
    """In the order of the compose profile; one entry per container."""
    listeners: tuple[ListenerView, ...] = ()
    """The processes and containers that hold the backend's port."""
    database: DatabaseReady | None = None
    disks: tuple[Disk, ...] = ()
    origin: tuple[OriginAnswer, ...] = ()
    problems: tuple[CommandFailure, ...] = ()
    """Failed commands that did not stop the collection."""
    engine: str = ""
    """The engine's version."""
    now: datetime | None = None
    """The engine's clock at the last sample."""
    seconds: float = 0.0
    """Duration of the collection."""

    def service(self, name: str) -> ServiceView | None:
        """Return a service's container, the unhealthiest if it has several."""
        mine = [each for each in self.services if each.name == name]
        return min(mine, key=lambda each: (each.running, each.health != "unhealthy"), default=None)

    def uptime(self, service: ServiceView) -> float | None:
        """Return the uptime of a service in seconds, None if unknown."""
        if self.now is None or service.started_at is None or not service.running:
            return None
        return (self.now - service.started_at).total_seconds()

    @property
    def unreachable(self) -> bool:
        """Whether no command could be run on the server."""
        away = ("server.ssh", "server.host-key")
        return self.failure is not None and self.failure.cause.code.startswith(away)
