"""What is seen from the server's vantage: frozen, raw, free of the libraries that fetched it.

Durations are in seconds, sizes in bytes. Times are the server's own (its docker engine's clock), so that
they compare with each other also where the clocks of two machines do not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from smokegate.observation.server.service import ServiceView

if TYPE_CHECKING:
    from datetime import datetime

    from smokegate.observation.server.causes import CommandCause


class CommandFailure(Struct, frozen=True):
    """A command on the server that gave no result."""

    cause: CommandCause
    command: str
    """The command as a person would type it on the server."""
    detail: str
    """What ssh, docker or the command wrote, cut."""
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.cause.title}: {self.detail or 'nothing was written'} (from: {self.command})"


class ListenerView(Struct, frozen=True):
    """A process of the host, or a container, that holds the backend's port."""

    address: str
    port: int
    process: str | None = None
    """The program's name; None where the user on the server may not see it."""
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
    """What `pg_isready` says in the database's container."""

    service: str
    ready: bool
    detail: str
    """`accepting connections`, `rejecting connections`, `no response`, or why nothing could be sent to it."""


class Disk(Struct, frozen=True):
    """A file system: of the host, or inside the container of a service."""

    mount: str
    size: int
    free: int
    service: str | None = None

    @property
    def full(self) -> bool:
        """Whether less than one part in a hundred is left, and less than 64 MiB."""
        return self.size > 0 and self.free < min(self.size / 100, 2**26)


class OriginAnswer(Struct, frozen=True):
    """What the backend answers to the server itself, past everything that stands between it and its users."""

    path: str
    status: int | None
    """None: no HTTP answer."""
    seconds: float = 0.0
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    json: Any = None
    is_json: bool = False
    problem: str | None = None
    """Why there is no answer, in the words of the program that sent it."""

    def header(self, name: str) -> str | None:
        """Return the value of a header field, without regard to case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


class ServerView(Struct, frozen=True):
    """Everything seen from the server in one look."""

    host: str
    """`local` or the ssh destination."""
    failure: CommandFailure | None = None
    """Why the containers could not be looked at; what else could be seen is here all the same."""
    services: tuple[ServiceView, ...] = ()
    """In the order of the compose file's profile; a service with several containers stands here several
    times."""
    listeners: tuple[ListenerView, ...] = ()
    """Who holds the backend's port."""
    database: DatabaseReady | None = None
    disks: tuple[Disk, ...] = ()
    origin: tuple[OriginAnswer, ...] = ()
    problems: tuple[CommandFailure, ...] = ()
    """Single commands that failed while the look as a whole went on."""
    engine: str = ""
    """The engine's version."""
    now: datetime | None = None
    """The engine's clock at the last sample."""
    seconds: float = 0.0
    """How long the look took."""

    def service(self, name: str) -> ServiceView | None:
        """Return a service's container, the worst one where it has several."""
        mine = [each for each in self.services if each.name == name]
        return min(mine, key=lambda each: (each.running, each.health != "unhealthy"), default=None)

    def uptime(self, service: ServiceView) -> float | None:
        """Return how long a service has been up, None where that is not known."""
        if self.now is None or service.started_at is None or not service.running:
            return None
        return (self.now - service.started_at).total_seconds()

    @property
    def unreachable(self) -> bool:
        """Whether not even a command could be run on the server."""
        away = ("server.ssh", "server.host-key")
        return self.failure is not None and self.failure.cause.code.startswith(away)
