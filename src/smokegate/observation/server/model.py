"""What is seen from the server's vantage: frozen, raw, free of the libraries that fetched it.

Durations are in seconds, sizes in bytes. Times are the server's own (its docker engine's clock), so that
they compare with each other also where the clocks of two machines do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from smokegate.observation.server.causes import CommandCause


@dataclass(frozen=True)
class CommandFailure:
    """A command on the server that gave no result."""

    cause: CommandCause
    command: str
    """The command as a person would type it on the server."""
    detail: str
    """What ssh, docker or the command wrote, cut."""
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.cause.title}: {self.detail or 'nothing was written'} (from: {self.command})"


@dataclass(frozen=True)
class Sample:
    """One sample of the life of a container; two of them distinguish a crash loop from a container that runs."""

    state: str
    restart_count: int
    """How often the engine restarted it by its policy; 0 again after `docker compose restart`."""
    started_at: datetime | None


@dataclass(frozen=True)
class PublishedPort:
    """A port of the host that leads to a container."""

    address: str
    port: int
    target: int
    protocol: str = "tcp"


@dataclass(frozen=True)
class HealthProbe:
    """One run of a container's health check."""

    ended: datetime | None
    exit_code: int
    output: str


@dataclass(frozen=True)
class HealthCheck:
    """A container's health check as the engine applies it, and its last results."""

    start_period: float = 0.0
    failing_streak: int = 0
    log: tuple[HealthProbe, ...] = ()


@dataclass(frozen=True)
class LogLine:
    """A line of a container's log; `at` is None where the engine gave no time."""

    at: datetime | None
    text: str


@dataclass(frozen=True)
class ServiceView:
    """One container of a service, or a service that has none."""

    name: str
    """The service's name in the compose file."""
    expected: bool = True
    exists: bool = True
    container: str = ""
    id: str = ""
    state: str = ""
    """`created`, `running`, `restarting`, `exited`, `paused`, `removing` or `dead`."""
    health: str = ""
    """`starting`, `healthy` or `unhealthy`; empty where there is no health check or the container does not
    run."""
    exit_code: int = 0
    """Of the last run, as the engine has it: `docker compose ps` says 0 in a crash loop."""
    error: str = ""
    """Why the engine could not start it."""
    oom_killed: bool = False
    samples: tuple[Sample, ...] = ()
    restart_policy: str = ""
    """`no`, `always`, `on-failure` or `unless-stopped`."""
    image: str = ""
    revision: str | None = None
    """The image's label `org.opencontainers.image.revision`."""
    ports: tuple[PublishedPort, ...] = ()
    addresses: tuple[str, ...] = ()
    """Its addresses in the compose networks."""
    check: HealthCheck | None = None
    log: tuple[LogLine, ...] = ()
    """The end of its log, bounded; goes back over earlier starts."""
    log_problem: str | None = None
    """Why there is no log."""
    finished_at: datetime | None = None
    one_off: bool = False
    """Whether `docker compose run` made it: such a container is no service."""
    depends: tuple[tuple[str, str], ...] = ()
    """The services that it starts after, each with the condition that is waited for."""

    @property
    def running(self) -> bool:
        """Whether its main process ran at the last sample."""
        return self.state == "running"

    @property
    def started_at(self) -> datetime | None:
        """When its last run began."""
        return self.samples[-1].started_at if self.samples else None

    @property
    def restart_count(self) -> int:
        """How often the engine had restarted it at the last sample."""
        return self.samples[-1].restart_count if self.samples else 0

    @property
    def crash_looping(self) -> bool:
        """Whether the engine restarts it repeatedly.

        Seen between two tries, restarted from one sample to another, or restarted before and not ready since:
        on a busy host one try outlasts a collection.
        """
        if self.state == "restarting" or any(sample.state == "restarting" for sample in self.samples):
            return True
        unready = self.restart_count > 0 and self.health == "starting"
        return unready or len({sample.restart_count for sample in self.samples}) > 1

    @property
    def log_since_start(self) -> tuple[LogLine, ...]:
        """The lines of its last run; lines without a time count.

        The log is read between two samples. Where their counts of restarts are equal, they show the same run.
        """
        same = [each.started_at for each in self.samples if each.restart_count == self.restart_count]
        start = min((each for each in same if each is not None), default=None)
        return tuple(line for line in self.log if start is None or line.at is None or line.at >= start)


@dataclass(frozen=True)
class ListenerView:
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


@dataclass(frozen=True)
class DatabaseReady:
    """What `pg_isready` says in the database's container."""

    service: str
    ready: bool
    detail: str
    """`accepting connections`, `rejecting connections`, `no response`, or why it could not be asked."""


@dataclass(frozen=True)
class Disk:
    """A file system: of the host, or inside the container of a service."""

    mount: str
    size: int
    free: int
    service: str | None = None

    @property
    def full(self) -> bool:
        """Whether less than one part in a hundred is left, and less than 64 MiB."""
        return self.size > 0 and self.free < min(self.size / 100, 2**26)


@dataclass(frozen=True)
class OriginAnswer:
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
    """Why there is no answer, in the words of the program that asked."""

    def header(self, name: str) -> str | None:
        """Return the value of a header field, without regard to case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class ServerView:
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
