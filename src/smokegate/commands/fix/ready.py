"""Waits until services are ready, by their state in the container engine."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from smokegate.observation.server import parse
from smokegate.observation.server.containers import inspect
from smokegate.observation.server.host import HostError

if TYPE_CHECKING:
    from smokegate.observation.server import ServiceView
    from smokegate.observation.server.project import Project

PACE = 0.5
"""Seconds between two polls."""
HOPELESS = 3
"""A container that was restarted so often since it was started by hand will not stay up."""


def await_ready(
    project: Project,
    services: Collection[str],
    limit: float,
    *,
    pause: Callable[[float], object],
    clock: Callable[[], float] = time.monotonic,
) -> str | None:
    """Wait until the services run and those with a health check are healthy.

    Args:
        project: the compose project.
        services: the names of those that are waited for.
        limit: for how many seconds at most.
        pause: waits some seconds between two polls.
        clock: returns the current time in seconds.

    Returns:
        None where they are ready, else why they are not.

    Raises:
        HostError: the server could not be reached.
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
    missing = [name for name in services if name not in seen]
    awaited = [seen[name] for name in services if name in seen]
    looping = [each.name for each in awaited if each.restart_count >= HOPELESS]
    if looping:
        return "", f"{' '.join(looping)}: crashes and is restarted repeatedly"
    parts = [f"{name} has no container" for name in missing]
    parts += [f"{each.name} is {each.health or each.state}" for each in awaited if not _ready(each)]
    return ", ".join(parts), None


def _ready(service: ServiceView) -> bool:
    return service.running and service.health in {"", "healthy"}
