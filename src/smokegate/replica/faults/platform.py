"""Faults that Render's control plane knows of: deploys that fail on their way, suspensions, variables, its API."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from smokegate.replica.catalogue import fault
from smokegate.replica.faults import checks
from smokegate.replica.faults.shaping import instead
from smokegate.replica.plan import commit_of

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan
    from smokegate.replica.render.platform import Platform, Service

KIND = "render"
SECRET = "bait-5f0c2b7d91e44a6c"  # noqa: S105 -- bait: no output of a run may show it
NOT_THERE = checks.A_SERVER_IS_BEHIND_THE_HOSTNAME
NOT_NEW = checks.EXPECTED_COMMIT_ANSWERS
SUSPENDERS = {
    "user": "its owner",
    "billing": "Render, for billing",
    "admin": "Render's support",
    "parent_service": "the service that it belongs to",
    "stuck_crashlooping": "Render, since it kept crashing",
    "hipaa_enablement": "Render, for a move of the workspace",
    "unknown": "someone that is not named",
}
DATABASE = (
    "Traceback (most recent call last):",
    '  File "/opt/render/project/src/app/main.py", line 12, in <module>',
    "    engine.connect()",
    (
        'psycopg2.OperationalError: connection to server at "dpg-c0ffee-a" (10.203.4.17), port 5432 failed: '
        "Connection refused"
    ),
    "\tIs the server running on that host and accepting TCP/IP connections?",
    "==> Application exited with code 1",
)
VARIABLE = (
    "Traceback (most recent call last):",
    '  File "/opt/render/project/src/app/settings.py", line 9, in <module>',
    "    FINNHUB_API_KEY = os.environ['FINNHUB_API_KEY']",
    "KeyError: 'FINNHUB_API_KEY'",
    "==> Application exited with code 1",
)
IMPORT = (
    "Traceback (most recent call last):",
    '  File "/opt/render/project/src/app/main.py", line 3, in <module>',
    "    import finnhub",
    "ModuleNotFoundError: No module named 'finnhub'",
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


@fault(KIND, where="platform", cause="render.never-deployed", caught_by=NOT_THERE)
def never_deployed(plan: Plan) -> None:
    """The service was created and never deployed."""
    _backend(plan).deploys.clear()


@fault(KIND, where="platform", cause="render.not-found", caught_by=NOT_THERE)
def service_gone(plan: Plan) -> None:
    """The service was deleted, or is in a workspace of another key."""
    del _platform(plan).services["tectonic-backend"]


@fault(KIND, where="platform", cause="render.build-failed", caught_by=NOT_NEW)
def build_failed(plan: Plan) -> None:
    """The build of the new version fails; the version before keeps answering."""
    _deploying(plan, "created", "build_in_progress", "build_failed", failure={"nonZeroExit": 1})


@fault(KIND, where="platform", cause="render.pre-deploy-failed", caught_by=NOT_NEW)
def pre_deploy_failed(plan: Plan) -> None:
    """The pre-deploy command of the new version fails; the version before keeps answering."""
    _deploying(plan, "created", "pre_deploy_in_progress", "pre_deploy_failed", failure={"nonZeroExit": 1})


def _start_failed(plan: Plan, log: tuple[str, ...] = (), *, first: bool = False, **failure: Any) -> None:
    words = ("created", "update_in_progress", "update_failed")
    _deploying(plan, *words, first=first, failure=failure or {"nonZeroExit": 1}).logs.extend(log)


@fault(KIND, where="platform", cause="render.start-failed", caught_by=NOT_THERE)
def start_failed_variable(plan: Plan) -> None:
    """The first deploy ends at its start, since a variable is not set: nothing answers."""
    _start_failed(plan, VARIABLE, first=True)
    del _backend(plan).variables["FINNHUB_API_KEY"]


@fault(KIND, where="platform", cause="render.start-failed", caught_by=NOT_THERE)
def start_failed_database(plan: Plan) -> None:
    """The first deploy ends at its start, since the database does not answer it: nothing answers."""
    _start_failed(plan, DATABASE, first=True)


@fault(KIND, where="platform", cause="render.start-failed", caught_by=NOT_THERE)
def start_failed_secret(plan: Plan) -> None:
    """The first deploy ended long ago with an error whose text holds a secret of the service's variables."""
    _deploying(plan, "update_failed", first=True, failure={"nonZeroExit": 1}).logs.append(
        f"ValueError: bad key {SECRET}"
    )
    _backend(plan).variables["SECRET_KEY"] = SECRET


@fault(KIND, where="platform", cause="render.start-failed", caught_by=NOT_NEW)
def start_failed_import(plan: Plan) -> None:
    """The new version ends at its start, since a module is missing; the version before keeps answering."""
    _start_failed(plan, IMPORT)


@fault(KIND, where="platform", cause="render.start-failed", caught_by=NOT_NEW)
def start_failed_memory(plan: Plan) -> None:
    """The new version runs out of memory at its start."""
    _start_failed(plan, oomKilled={"memoryLimit": "512Mi"})


@fault(KIND, where="platform", cause="render.start-failed", caught_by=NOT_NEW)
def start_failed_port(plan: Plan) -> None:
    """The new version opens no port within the time that Render gives it."""
    _start_failed(plan, timedOutSeconds=900, timedOutReason="no open ports detected on 0.0.0.0")


@fault(KIND, where="platform", cause="render.start-failed", caught_by=NOT_NEW)
def start_failed_early(plan: Plan) -> None:
    """The new version ends at once and in peace, as a script that is done: a server would go on."""
    _start_failed(plan, earlyExit=True)


@fault(KIND, where="platform", cause="render.start-failed", caught_by=NOT_NEW)
def start_failed_health(plan: Plan) -> None:
    """The new version does not pass the platform's health check."""
    _start_failed(plan, unhealthy="HTTP health check failed (timed out after 5 seconds)")


@fault(KIND, where="platform", cause="render.deploy-canceled", caught_by=NOT_NEW)
def deploy_canceled(plan: Plan) -> None:
    """Someone cancels the deploy of the new version."""
    _deploying(plan, "created", "build_in_progress", "canceled")


@fault(KIND, where="platform", cause="render.deploy-superseded", caught_by=NOT_NEW, verdict="UNKNOWN")
def deploy_superseded(plan: Plan) -> None:
    """While the new version is built, a newer deploy takes its place."""
    from smokegate.replica.render.platform import Deploy, through

    service = _deploying(plan, "created", "build_in_progress", "canceled")
    newer = Deploy(commit_of("a newer version"), through("build_in_progress", "build_in_progress"), 0, began=0.4)
    service.deploys[0].began = -3600.0
    service.deploys.insert(0, newer)


@fault(KIND, where="platform", cause="render.deploy-in-progress", caught_by=NOT_NEW, verdict="UNKNOWN")
def deploy_slow(plan: Plan) -> None:
    """The deploy of the new version takes half a minute: it is still being built when the time to wait is over."""
    _deploying(plan, "created")
    steps = ((0.0, "created"), (0.2, "build_in_progress"), (20.0, "update_in_progress"), (25.0, "live"))
    _backend(plan).deploys[0].path = steps


@fault(KIND, where="platform", cause="render.deploy-in-progress", caught_by=NOT_NEW, verdict="UNKNOWN")
def status_unknown(plan: Plan) -> None:
    """The deploy is in a state that no one has seen before."""
    _deploying(plan, "created", "canary_in_progress")


@fault(KIND, where="platform", cause="app.error", caught_by=checks.HEALTH_IS_OK)
def version_broken(plan: Plan) -> None:
    """The new version is live, and its health path ends in an error; the version before was fine."""
    instead(plan, "/health", 500, "Internal Server Error")
    plan.instances[0].patches.clear()


@fault(KIND, where="platform", cause="render.not-triggered", caught_by=NOT_NEW)
def hook_of_another_service(plan: Plan) -> None:
    """The push has started no deploy of this service."""
    del _backend(plan).deploys[0]


def _suspended_by(suspender: str) -> Callable[[Plan], None]:
    def suspended(plan: Plan) -> None:
        _backend(plan).suspenders.append(suspender)

    suspended.__name__ = f"suspended_by_{suspender}"
    suspended.__doc__ = f"The service is suspended by {SUSPENDERS[suspender]}."
    return suspended


for _each in SUSPENDERS:
    fault(KIND, where="platform", cause="render.suspended", caught_by=NOT_THERE)(_suspended_by(_each))


@fault(KIND, where="platform", cause="render.suspended", caught_by="render.service")
def frontend_suspended(plan: Plan) -> None:
    """The frontend's service is suspended, by the API."""
    _platform(plan).services["tectonic-frontend"].suspenders.append("billing")


@fault(KIND, where="platform", cause="render.build-failed", caught_by="render.deployed")
def frontend_build_failed(plan: Plan) -> None:
    """The build of the frontend failed; the version before keeps answering."""
    from smokegate.replica.render.platform import Deploy, through

    site = _platform(plan).services["tectonic-frontend"]
    site.deploys.insert(0, Deploy(commit_of(plan.kind), through("build_failed")))


@fault(KIND, where="platform", cause="render.variable-missing", caught_by="render.variables")
def variable_missing(plan: Plan) -> None:
    """A variable that the backend needs is not set."""
    del _backend(plan).variables["FINNHUB_API_KEY"]


@fault(KIND, where="platform", cause="render.variable-missing", caught_by="render.variables")
def variable_empty(plan: Plan) -> None:
    """A variable that the backend needs is set to an empty text."""
    _backend(plan).variables["FINNHUB_API_KEY"] = " "


@fault(KIND, where="platform", cause="render.variable-wrong", caught_by="render.values")
def debug_set(plan: Plan) -> None:
    """DEBUG is on in the service's variables."""
    _backend(plan).variables["DEBUG"] = "True"


@fault(KIND, where="platform", cause="render.health-path", caught_by="render.health-path", verdict="WARN")
def health_path_unset(plan: Plan) -> None:
    """The platform has no health check of the service."""
    _backend(plan).health_path = ""


@fault(KIND, where="platform", cause="render.database-away", caught_by="render.database")
def database_suspended(plan: Plan) -> None:
    """The database is suspended on the platform."""
    _platform(plan).database = {"status": "available", "suspended": "suspended"}


@fault(KIND, where="platform", cause="render.database-away", caught_by="render.database")
def database_unavailable(plan: Plan) -> None:
    """The database is unavailable on the platform."""
    _platform(plan).database = {"status": "unavailable", "suspended": "not_suspended"}


@fault(KIND, where="platform", cause="render.live-without-server", caught_by=NOT_THERE, verdict="OUTAGE")
def edge_lost(plan: Plan) -> None:
    """The API says that the service is live, and the edge that there is no server."""
    _backend(plan).route = lambda _: None


@fault(KIND, where="platform", cause="render.other-address", caught_by=NOT_THERE)
def other_address(plan: Plan) -> None:
    """The service is live at another address than the one that is checked."""
    edge_lost(plan)
    _backend(plan).url = "https://tectonic-backend-x1y2.onrender.invalid"


@fault(KIND, where="platform", cause="render.edge-behind", caught_by=NOT_NEW, verdict="OUTAGE")
def edge_behind(plan: Plan) -> None:
    """The API says that the new version is live, and the edge serves the one before."""
    service = _backend(plan)
    service.route = lambda _: service.deploys[1]


@fault(KIND, where="platform", cause=("app.mixed-versions", "render.edge-behind"), caught_by=checks.ONE_COMMIT_ANSWERS)
def half_deployed(plan: Plan) -> None:
    """Every other request is answered by the version before."""
    from itertools import cycle

    service, turns = _backend(plan), cycle((0, 1))
    service.route = lambda _: service.deploys[next(turns)]


@fault(KIND, where="platform", cause=("render.edge-behind", "app.mixed-versions"), caught_by=NOT_NEW, verdict="OUTAGE")
def relapse(plan: Plan) -> None:
    """The new version answers a few times, then the one before answers again, and the API calls the new one live."""
    from itertools import chain, repeat

    service, turns = _backend(plan), chain(repeat(0, 2), repeat(1))
    service.route = lambda _: service.deploys[next(turns)]


def _unasked(name: str, status: int, title: str, cause: str) -> None:
    def refusing(plan: Plan) -> None:
        _platform(plan).refuses = status

    refusing.__name__, refusing.__doc__ = name, title
    fault(KIND, where="platform", cause=cause, caught_by="render.collected", verdict="UNKNOWN")(refusing)


_unasked("key_refused", 401, "The API refuses the key.", "render.key-refused")
_unasked("key_forbidden", 403, "The key may not see this workspace.", "render.key-refused")
_unasked("api_limited", 429, "The API limits the rate of requests, for longer than can be waited.", "render.api-away")
_unasked("api_down", 503, "The API is down while the application is fine.", "render.api-away")
_unasked("api_empty", 202, "The API answers every request with 202 and an empty body.", "render.api-away")


@fault(KIND, where="platform", cause="render.key-missing", caught_by="render.collected", verdict="UNKNOWN")
def key_missing(plan: Plan) -> None:
    """The variable with the key is not set."""
    _platform(plan).key = ""
