"""The executor of a fix: it runs commands on the server, keeps the lock alive, waits until services are ready."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable, Collection
from typing import Protocol

from msgspec import Struct, field

from smokegate.commands.fix.lock import Lock
from smokegate.commands.fix.plan import Action
from smokegate.observation.server import ServiceView, parse
from smokegate.observation.server.containers import Project, inspect
from smokegate.observation.server.host import HostError, tail

PACE = 0.5
"""Seconds between two polls."""
HOPELESS = 3
"""A container that was restarted so often since it was started by hand will not stay up."""


class Executor(Protocol):
    """What `repair` needs of a server."""

    def commands(self, action: Action) -> tuple[str, ...]:
        """Return the exact commands of an action, as a person would type them there."""

    def do(self, action: Action) -> str | None:
        """Run the commands of an action; returns the end of the output of the first that fails, redacted."""

    def settle(self, services: Collection[str], limit: float) -> str | None:
        """Wait until services are ready; returns why they are not if they are not in time (seconds)."""


class ServerExecutor(Struct):
    """Executes on a server that runs a compose project, and keeps the lock alive; a dry run has none."""

    project: Project
    lock: Lock | None = None
    pausing: threading.Event = field(default_factory=threading.Event)

    def commands(self, action: Action) -> tuple[str, ...]:
        """Return the exact commands of an action."""
        return tuple(shlex.join(self.project.argv(*words)) for words in action.commands)

    def do(self, action: Action) -> str | None:
        """Run the commands of an action; neither a time-out nor a lost connection raises."""
        for words in action.commands:
            try:
                self._alive()
                output = self.project.run(*words, timeout=action.limit)
            except HostError as error:
                return str(error)
            if not output.ok:
                return tail(output.stderr or output.stdout) or f"exit status {output.status}"
        return None

    def settle(self, services: Collection[str], limit: float) -> str | None:
        """Wait until services are ready."""
        try:
            return await_ready(self.project, services, limit, pause=self._pause)
        except HostError as error:
            return str(error)

    def _pause(self, seconds: float) -> None:
        self._alive()
        self.pausing.wait(seconds)

    def _alive(self) -> None:
        if self.lock is not None:
            self.lock.touch()


def await_ready(
    project: Project,
    services: Collection[str],
    limit: float,
    *,
    pause: Callable[[float], object],
    clock: Callable[[], float] = time.monotonic,
) -> str | None:
    """Wait until the services run and those with a health check are healthy, for `limit` seconds at most.

    Returns None where they are, else why not. Raises HostError where the server could not be reached.
    """
    deadline = clock() + limit
    while True:
        waiting, hopeless = _state(project, services)
        if not waiting or hopeless:
            return hopeless
        if clock() >= deadline:
            return f"after {limit:.0f} s: {waiting}"
        pause(PACE)


def _state(project: Project, services: Collection[str]) -> tuple[str, str | None]:
    """Return what is still waited for, and what makes waiting useless."""
    listed = project.run("ps", "--all", "--format", "json")
    if not listed.ok:
        raise HostError(project.failure(listed))
    found = inspect(project.host, parse.container_ids(listed.stdout))
    seen = {each.name: each for each in found if not each.one_off}
    awaited = [seen[name] for name in services if name in seen]
    looping = [each.name for each in awaited if each.restart_count >= HOPELESS]
    if looping:
        return "", f"{' '.join(looping)}: crashes and is restarted repeatedly"
    parts = [f"{name} has no container" for name in services if name not in seen]
    parts += [f"{each.name} is {each.health or each.state}" for each in awaited if not _ready(each)]
    return ", ".join(parts), None


def _ready(service: ServiceView) -> bool:
    return service.running and service.health in {"", "healthy"}
