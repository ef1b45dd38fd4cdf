"""Faults that Render's control plane knows of: deploys that fail on their way, suspensions, variables, its API."""

from __future__ import annotations

from itertools import chain, cycle
from typing import TYPE_CHECKING, Any

from smokegate.replica.faults.application import instead
from smokegate.replica.plan import Plan, commit_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smokegate.replica.render.platform import Platform, Service

SECRET = "bait-5f0c2b7d91e44a6c"  # noqa: S105 -- bait: no output of a run may show it


def _platform(plan: Plan) -> Platform:
    found: Platform = plan.options["platform"]
    return found


def _backend(plan: Plan) -> Service:
    return _platform(plan).services["tectonic-backend"]


def workspace(plan: Plan, **changes: Any) -> None:
    """Have the platform's API show, and do, other things than it would."""
    for name, value in changes.items():
        setattr(_platform(plan), name, value)


def service(plan: Plan, service: str = "tectonic-backend", **changes: Any) -> None:
    """Have the platform's API say this of a service."""
    for name, value in changes.items():
        setattr(_platform(plan).services[service], name, value)


def service_gone(plan: Plan) -> None:
    """The service was deleted, or is in a workspace of another key."""
    del _platform(plan).services["tectonic-backend"]


def newest_deploy(plan: Plan, words: Sequence[str], *, first: bool = False, **more: Any) -> Service:
    """Have the newest deploy, of the expected commit, go through these states; `first`: it is the first there is."""
    from smokegate.replica.render.platform import Deploy, through

    service = _backend(plan)
    path = through(*words, each=0.2 if plan.seconds is None else plan.seconds / max(1, len(words) - 1))
    service.deploys[0] = Deploy(commit_of(plan.kind), path, 1, **more)
    if first:
        del service.deploys[1:]
    return service


def start_failed(plan: Plan, log: Sequence[str] = (), *, first: bool = False, **failure: Any) -> None:
    """Have the newest deploy end at its start, with this log."""
    words = ("created", "update_in_progress", "update_failed")
    newest_deploy(plan, words, first=first, failure=failure or {"nonZeroExit": 1}).logs.extend(log)


def start_failed_secret(plan: Plan) -> None:
    """The first deploy ended long ago with an error whose text holds a secret of the service's variables."""
    service = newest_deploy(plan, ["update_failed"], first=True, failure={"nonZeroExit": 1})
    service.logs.append(f"ValueError: bad key {SECRET}")
    service.variables["SECRET_KEY"] = SECRET


def deploy_superseded(plan: Plan) -> None:
    """While the new version is built, a newer deploy takes its place."""
    from smokegate.replica.render.platform import Deploy, through

    service = newest_deploy(plan, ["created", "build_in_progress", "canceled"])
    newer = Deploy(commit_of("a newer version"), through("build_in_progress", "build_in_progress"), 0, began=0.4)
    service.deploys[0].began = -3600.0
    service.deploys.insert(0, newer)


def deploy_slow(plan: Plan) -> None:
    """The deploy of the new version takes half a minute: it is still being built when the time to wait is over."""
    steps = ((0.0, "created"), (0.2, "build_in_progress"), (20.0, "update_in_progress"), (25.0, "live"))
    newest_deploy(plan, ["created"]).deploys[0].path = steps


def version_broken(plan: Plan) -> None:
    """The new version is live, and its health path ends in an error; the version before was fine."""
    instead(plan, "/health", 500, "Internal Server Error")
    plan.instances[0].patches.clear()


def hook_of_another_service(plan: Plan) -> None:
    """The push has started no deploy of this service."""
    del _backend(plan).deploys[0]


def frontend_build_failed(plan: Plan) -> None:
    """The build of the frontend failed; the version before keeps answering."""
    from smokegate.replica.render.platform import Deploy, through

    site = _platform(plan).services["tectonic-frontend"]
    site.deploys.insert(0, Deploy(commit_of(plan.kind), through("build_failed")))


def variable(plan: Plan, name: str, value: str | None = None) -> None:
    """Set a variable of the backend, or have it missing."""
    if value is None:
        del _backend(plan).variables[name]
    else:
        _backend(plan).variables[name] = value


def serves(plan: Plan, deploys: Sequence[int], first: Sequence[int] = ()) -> None:
    """Have the edge serve these of the deploys in turn, after the first requests; none: it knows no server.

    The newest deploy is 0, the one before it 1.
    """
    service, turns = _backend(plan), chain(first, cycle(deploys))
    service.route = lambda _: None if (number := next(turns, None)) is None else service.deploys[number]
