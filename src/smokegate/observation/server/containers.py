"""The compose project on the server: its commands, samples of its containers, and the end of their logs."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec.structs import replace

from smokegate.environment.model import Compose
from smokegate.observation.server import parse
from smokegate.observation.server.causes import CommandCause, docker_cause
from smokegate.observation.server.host import Host, HostError, Output
from smokegate.observation.server.model import CommandFailure
from smokegate.observation.server.service import ServiceView


class Project:
    """A compose project on a host: builds its commands and explains their failures."""

    def __init__(self, host: Host, compose: Compose) -> None:
        self.host = host
        self.compose = compose
        self.directory = _home(compose.directory, remote=host.remote)

    def argv(self, *words: str) -> list[str]:
        """Return the arguments of a compose command for this project and profile."""
        base = ["docker", "compose", "--project-directory", self.directory]
        for name in self.compose.files:
            base += ["--file", str(PurePosixPath(self.directory) / name)]
        if self.compose.project:
            base += ["--project-name", self.compose.project]
        if self.compose.profile:
            base += ["--profile", self.compose.profile]
        return [*base, *words]

    def run(self, *words: str, timeout: float | None = None) -> Output:
        """Run a compose command for this project; raises HostError."""
        return self.host.run(self.argv(*words), timeout)

    def failure(self, output: Output) -> CommandFailure:
        """Return why a command failed; checks whether the directory exists if necessary. Raises HostError."""
        cause = docker_cause(output.stderr)
        if cause is CommandCause.NO_COMPOSE_FILE and not self.host.run(["test", "-d", self.directory]).ok:
            cause = CommandCause.NO_PROJECT_DIRECTORY
        return output.failure(cause)


def _home(directory: str, *, remote: bool) -> str:
    """Expand a leading `~/`, as no shell does it; commands over ssh start in the user's home."""
    if not directory.startswith("~/"):
        return directory
    return directory.removeprefix("~/") if remote else str(Path(directory).expanduser())


#: Log lines fetched per container.
LOG_LINES = 300
#: Uptime in seconds below which a container without a passed health check may be crash-looping, by whether it was
#: restarted before. Python programs that cannot start fail within a few seconds.
SUSPECT_SECONDS = {True: 12.0, False: 4.0}
#: Maximum seconds to follow suspects, and seconds between samples.
MAX_FOLLOW = 12.0
SAMPLE_INTERVAL = 0.2


def inspect(host: Host, ids: Iterable[str]) -> list[ServiceView]:
    """Return a view of each existing container, with one sample and no log; raises HostError."""
    return [parse.service(one) for one in _inspected(host, list(ids))]


def with_logs(host: Host, service: ServiceView) -> ServiceView:
    """Add the end of the log to a view; raises HostError."""
    if not service.exists:
        return service
    output = host.run(["docker", "logs", "--timestamps", "--tail", str(LOG_LINES), service.id])
    if not output.ok:
        return replace(service, log_problem=output.stderr.strip()[-400:] or f"exit status {output.status}")
    return replace(service, log=parse.log_lines(output.stdout, output.stderr, LOG_LINES))


def follow(host: Host, services: tuple[ServiceView, ...]) -> tuple[tuple[ServiceView, ...], datetime | None]:
    """Sample the containers again; suspects until they have run long enough or have exited. Raises HostError.

    Returns the views with all samples, and the engine's time at the last one. Logs of crash-looping containers are
    fetched again.
    """
    deadline = time.monotonic() + MAX_FOLLOW
    while True:
        now = parse.moment(host.run(["docker", "info", "--format", "{{.SystemTime}}"]).stdout.strip())
        services = _sampled(host, services)
        if time.monotonic() >= deadline or not any(_may_be_crash_looping(each, now) for each in services):
            break
        time.sleep(SAMPLE_INTERVAL)
    return tuple(with_logs(host, each) if each.crash_looping else each for each in services), now


def _sampled(host: Host, services: tuple[ServiceView, ...]) -> tuple[ServiceView, ...]:
    found = {str(one.get("Id")): one for one in _inspected(host, [each.id for each in services if each.exists])}
    return tuple(parse.later(each, found[each.id]) if each.id in found else each for each in services)


def _inspected(host: Host, ids: list[str]) -> list[dict[str, Any]]:
    """Return docker's description of the containers, without those removed meanwhile."""
    if not ids:
        return []
    output = host.run(["docker", "inspect", "--type", "container", "--format", parse.INSPECT, *ids])
    unexpected = [line for line in output.stderr.splitlines() if line.strip() and "No such" not in line]
    if not output.ok and unexpected:
        raise HostError(output.failure(docker_cause(output.stderr)))
    try:
        return parse.objects(output.stdout)
    except ValueError as error:
        failed = output.failure(CommandCause.COMMAND_FAILED)
        raise HostError(replace(failed, detail=f"its output is not JSON: {error}")) from error


def _may_be_crash_looping(service: ServiceView, now: datetime | None) -> bool:
    if not service.running or now is None or service.started_at is None:
        return False
    if service.crash_looping:  # its exit code shows only between two starts
        return service.exit_code == 0
    if service.health in {"healthy", "unhealthy"}:
        return False
    return (now - service.started_at).total_seconds() < SUSPECT_SECONDS[service.restart_count > 0]
