"""One container of a compose service as its engine reports it: its state, its samples, its health check and its log."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Sample(Struct, frozen=True):
    """One sample of the life of a container; two of them distinguish a crash loop from a container that runs."""

    state: str
    restart_count: int
    """How often the engine restarted it by its policy; 0 again after `docker compose restart`."""
    started_at: datetime | None


class PublishedPort(Struct, frozen=True):
    """A port of the host that leads to a container."""

    address: str
    port: int
    target: int
    protocol: str = "tcp"


class HealthProbe(Struct, frozen=True):
    """One run of a container's health check."""

    ended: datetime | None
    exit_code: int
    output: str


class HealthCheck(Struct, frozen=True):
    """A container's health check as the engine applies it, and its last results."""

    start_period: float = 0.0
    failing_streak: int = 0
    log: tuple[HealthProbe, ...] = ()


class LogLine(Struct, frozen=True):
    """A line of a container's log; `at` is None where the engine gave no time."""

    at: datetime | None
    text: str


class ServiceView(Struct, frozen=True):
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
    """Whether `docker compose run` made it: such a container is not a service."""
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
