"""One container of a compose service as the engine reports it: state, samples, health check and log."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Sample(Struct, frozen=True):
    """One sample of a container's state; two samples distinguish a crash loop from a running container."""

    state: str
    restart_count: int
    """Restarts by the engine's restart policy; reset by `docker compose restart`."""
    started_at: datetime | None


class PublishedPort(Struct, frozen=True):
    """A host port forwarded to a container."""

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
    """A container's health check and its latest results."""

    start_period: float = 0.0
    failing_streak: int = 0
    log: tuple[HealthProbe, ...] = ()


class LogLine(Struct, frozen=True):
    """A log line of a container; `at` is None without a timestamp."""

    at: datetime | None
    text: str


class ServiceView(Struct, frozen=True):
    """One container of a service, or a service without a container."""

    name: str
    """The service's name in the compose file."""
    expected: bool = True
    exists: bool = True
    container: str = ""
    id: str = ""
    state: str = ""
    """`created`, `running`, `restarting`, `exited`, `paused`, `removing` or `dead`."""
    health: str = ""
    """`starting`, `healthy` or `unhealthy`; empty without a health check or if not running."""
    exit_code: int = 0
    """Exit code of the last run, from the engine: `docker compose ps` shows 0 in a crash loop."""
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
    """Its IP addresses in the compose networks."""
    check: HealthCheck | None = None
    log: tuple[LogLine, ...] = ()
    """The end of its log, which may include earlier runs."""
    log_problem: str | None = None
    """Why there is no log."""
    finished_at: datetime | None = None
    one_off: bool = False
    """Whether it is a one-off container of `docker compose run`, not of a service."""
    depends: tuple[tuple[str, str], ...] = ()
    """The services that it depends on, each with the `depends_on` condition."""

    @property
    def running(self) -> bool:
        """Whether its main process was running at the last sample."""
        return self.state == "running"

    @property
    def started_at(self) -> datetime | None:
        """Start of its last run."""
        return self.samples[-1].started_at if self.samples else None

    @property
    def restart_count(self) -> int:
        """Number of restarts by the engine at the last sample."""
        return self.samples[-1].restart_count if self.samples else 0

    @property
    def crash_looping(self) -> bool:
        """Whether the engine restarts it repeatedly.

        Observed as restarting, restarted between two samples, or restarted before and not ready since: on a busy
        host one run may outlast a collection.
        """
        if self.state == "restarting" or any(sample.state == "restarting" for sample in self.samples):
            return True
        unready = self.restart_count > 0 and self.health == "starting"
        return unready or len({sample.restart_count for sample in self.samples}) > 1

    @property
    def log_since_start(self) -> tuple[LogLine, ...]:
        """The log lines of its last run, and all lines without a timestamp.

        The log is read between two samples, which show the same run if their restart counts are equal.
        """
        same = [each.started_at for each in self.samples if each.restart_count == self.restart_count]
        start = min((each for each in same if each is not None), default=None)
        return tuple(line for line in self.log if start is None or line.at is None or line.at >= start)
