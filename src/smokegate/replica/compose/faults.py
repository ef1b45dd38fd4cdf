"""What can be broken on purpose in the real stack: no mocks, each fault is done to real containers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from smokegate.replica.catalogue import Fault, UnknownFaultError
from smokegate.replica.compose import breaking

if TYPE_CHECKING:
    from smokegate.replica.compose.stack import Stack

Step = Callable[["Stack"], None]


@dataclass(frozen=True)
class ComposeFault(Fault):
    """One deliberate defect of the real stack: `begin` brings it about and returns when it shows.

    `end` undoes what it did outside the stack's own containers, networks, volumes and directory. `heals`
    says whether starting, restarting or rebuilding services can fix it.
    """

    begin: Step = field(default=lambda _: None, repr=False, compare=False)
    end: Step = field(default=lambda _: None, repr=False, compare=False)
    heals: bool = False


RUNS = "containers.running"
STEADY = "containers.steady"
HEALTHY = "containers.healthy"
AGREES = "origin.agrees"


def unknown(name: str) -> UnknownFaultError:
    """Return the error for a fault that there is not."""
    near = get_close_matches(name, FAULTS, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(FAULTS)}"
    return UnknownFaultError(f"replica 'compose' has no fault {name!r}: {hint}")


def _fault(  # noqa: PLR0913
    name: str,
    title: str,
    *,
    where: Literal["edge", "app", "database"] = "app",
    cause: str,
    caught_by: tuple[str, ...],
    begin: Step,
    end: Step = lambda _: None,
    heals: bool = False,
) -> ComposeFault:
    return ComposeFault(name, "compose", where, title, (cause,), caught_by, begin=begin, end=end, heals=heals)


_ALL = (
    _fault(
        "backend-stopped",
        "Someone stopped the backend",
        cause="container.stopped",
        caught_by=(RUNS,),
        begin=breaking.stop("backend-aws"),
        heals=True,
    ),
    _fault(
        "backend-killed",
        "The backend was killed with signal 9 and nothing restarted it",
        cause="container.exited",
        caught_by=(RUNS,),
        begin=breaking.kill("backend-aws"),
        heals=True,
    ),
    _fault(
        "backend-paused",
        "The backend's container is paused: connections are accepted and nothing answers",
        cause="container.paused",
        caught_by=(RUNS,),
        begin=breaking.pause("backend-aws"),
        heals=True,
    ),
    _fault(
        "bad-import",
        "The deployed version imports a module that is not in the image",
        cause="container.import-error",
        caught_by=(STEADY,),
        begin=breaking.bad_import,
    ),
    _fault(
        "missing-variable",
        "A required variable is not set on the server",
        cause="container.missing-variable",
        caught_by=(STEADY,),
        begin=breaking.missing_variable,
    ),
    _fault(
        "wrong-password",
        "The backend has the wrong password of its database",
        where="database",
        cause="postgres.auth-failed",
        caught_by=(STEADY,),
        begin=breaking.wrong_password,
    ),
    _fault(
        "database-stopped",
        "Someone stopped the database",
        where="database",
        cause="container.database-down",
        caught_by=(RUNS,),
        begin=breaking.stop("db"),
        heals=True,
    ),
    _fault(
        "database-slow",
        "The database takes for ever to start",
        where="database",
        cause="container.starting-too-long",
        caught_by=(HEALTHY,),
        begin=breaking.slow_database,
    ),
    _fault(
        "port-taken",
        "Another process holds the backend's port",
        cause="container.port-taken",
        caught_by=(RUNS,),
        begin=breaking.take_port,
        end=breaking.give_port_back,
    ),
    _fault(
        "out-of-memory",
        "The backend needs more memory than its container may have",
        cause="container.out-of-memory",
        caught_by=(STEADY,),
        begin=breaking.out_of_memory,
    ),
    _fault(
        "never-healthy",
        "The backend's health check never passes",
        cause="container.unhealthy",
        caught_by=(HEALTHY,),
        begin=breaking.never_healthy,
    ),
    _fault(
        "stale-upstream",
        "The backend was replaced and nginx keeps its old address",
        where="edge",
        cause="nginx.stale-upstream",
        caught_by=(AGREES,),
        begin=breaking.replace_behind_nginx,
        heals=True,
    ),
    _fault(
        "worker-stopped",
        "The market updater is down while the web is up",
        cause="container.worker-down",
        caught_by=(RUNS,),
        begin=breaking.stop("market-updater-aws"),
        heals=False,  # users notice nothing yet, so no repair is offered
    ),
    _fault(
        "disk-full",
        "The disk that the backend writes to is full",
        cause="container.disk-full",
        caught_by=(STEADY,),
        begin=breaking.disk_full,
    ),
    _fault(
        "nginx-stopped",
        "nginx is down: the server refuses every request",
        where="edge",
        cause="container.stopped",
        caught_by=(RUNS,),
        begin=breaking.stop("nginx"),
        heals=True,
    ),
)

FAULTS: Mapping[str, ComposeFault] = MappingProxyType({each.name: each for each in _ALL})
"""Every fault by its name, in the order of this file."""
