"""Faults that Render's control plane knows of: deploys that fail on their way, suspensions, variables, its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smokegate.replica.faults.shaping import instead
from smokegate.replica.plan import Plan, commit_of

if TYPE_CHECKING:
    from smokegate.replica.render.platform import Platform, Service

SECRET = "bait-5f0c2b7d91e44a6c"  # noqa: S105 -- bait: no output of a run may show it
VARIABLE = (
    "Traceback (most recent call last):",
    '  File "/opt/render/project/src/app/settings.py", line 9, in <module>',
    "    FINNHUB_API_KEY = os.environ['FINNHUB_API_KEY']",
    "KeyError: 'FINNHUB_API_KEY'",
    "==> Application exited with code 1",
)


def _platform(plan: Plan) -> Platform:
    found: Platform = plan.options["platform"]
    return found


def _backend(plan: Plan) -> Service:
    return _platform(plan).services["tectonic-backend"]


def _deploying(plan: Plan, *words: str, each: float = 0.2, first: bool = False, **more: Any) -> Service:
    """Have the newest deploy, of the expected commit, go through these states; `first`: it is the first there is."""
    from smokegate.replica.render.platform import Deploy, through

    service = _backend(plan)
    path = through(*words, each=each if plan.seconds is None else plan.seconds / max(1, len(words) - 1))
    service.deploys[0] = Deploy(commit_of(plan.kind), path, 1, **more)
    if first:
        del service.deploys[1:]
    return service


def never_deployed(plan: Plan) -> None:
    """The service was created and never deployed."""
    _backend(plan).deploys.clear()


def service_gone(plan: Plan) -> None:
    """The service was deleted, or is in a workspace of another key."""
    del _platform(plan).services["tectonic-backend"]


def newest_deploy(plan: Plan, words: tuple[str, ...], **more: Any) -> None:
    """Have the newest deploy, of the expected commit, go through these states."""
    _deploying(plan, *words, **more)


def start_failed(plan: Plan, log: tuple[str, ...] = (), *, first: bool = False, **failure: Any) -> None:
    """Have the newest deploy end at its start, with this log."""
    words = ("created", "update_in_progress", "update_failed")
    _deploying(plan, *words, first=first, failure=failure or {"nonZeroExit": 1}).logs.extend(log)


def start_failed_variable(plan: Plan) -> None:
    """The first deploy ends at its start, since a variable is not set: nothing answers."""
    start_failed(plan, VARIABLE, first=True)
    del _backend(plan).variables["FINNHUB_API_KEY"]


def start_failed_secret(plan: Plan) -> None:
    """The first deploy ended long ago with an error whose text holds a secret of the service's variables."""
    _deploying(plan, "update_failed", first=True, failure={"nonZeroExit": 1}).logs.append(
        f"ValueError: bad key {SECRET}"
    )
    _backend(plan).variables["SECRET_KEY"] = SECRET


def deploy_superseded(plan: Plan) -> None:
    """While the new version is built, a newer deploy takes its place."""
    from smokegate.replica.render.platform import Deploy, through

    service = _deploying(plan, "created", "build_in_progress", "canceled")
    newer = Deploy(commit_of("a newer version"), through("build_in_progress", "build_in_progress"), 0, began=0.4)
    service.deploys[0].began = -3600.0
    service.deploys.insert(0, newer)


def deploy_slow(plan: Plan) -> None:
    """The deploy of the new version takes half a minute: it is still being built when the time to wait is over."""
    _deploying(plan, "created")
    steps = ((0.0, "created"), (0.2, "build_in_progress"), (20.0, "update_in_progress"), (25.0, "live"))
    _backend(plan).deploys[0].path = steps


def version_broken(plan: Plan) -> None:
    """The new version is live, and its health path ends in an error; the version before was fine."""
    instead(plan, "/health", 500, "Internal Server Error")
    plan.instances[0].patches.clear()


def hook_of_another_service(plan: Plan) -> None:
    """The push has started no deploy of this service."""
    del _backend(plan).deploys[0]


def suspended(plan: Plan, suspender: str, service: str = "tectonic-backend") -> None:
    """Have the API say who suspended a service."""
    _platform(plan).services[service].suspenders.append(suspender)


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


def health_path_unset(plan: Plan) -> None:
    """The platform has no health check of the service."""
    _backend(plan).health_path = ""


def database(plan: Plan, status: str, suspended: str) -> None:
    """Have the platform say this of the database."""
    _platform(plan).database = {"status": status, "suspended": suspended}


def edge_lost(plan: Plan) -> None:
    """The API says that the service is live, and the edge that there is no server."""
    _backend(plan).route = lambda _: None


def other_address(plan: Plan) -> None:
    """The service is live at another address than the one that is checked."""
    edge_lost(plan)
    _backend(plan).url = "https://tectonic-backend-x1y2.onrender.invalid"


def edge_behind(plan: Plan) -> None:
    """The API says that the new version is live, and the edge serves the one before."""
    service = _backend(plan)
    service.route = lambda _: service.deploys[1]


def half_deployed(plan: Plan) -> None:
    """Every other request is answered by the version before."""
    from itertools import cycle

    service, turns = _backend(plan), cycle((0, 1))
    service.route = lambda _: service.deploys[next(turns)]


def relapse(plan: Plan) -> None:
    """The new version answers a few times, then the one before answers again, and the API calls the new one live."""
    from itertools import chain, repeat

    service, turns = _backend(plan), chain(repeat(0, 2), repeat(1))
    service.route = lambda _: service.deploys[next(turns)]


def refusing(plan: Plan, status: int) -> None:
    """Have the API answer every request with this status."""
    _platform(plan).refuses = status


def key_missing(plan: Plan) -> None:
    """The variable with the key is not set."""
    _platform(plan).key = ""
