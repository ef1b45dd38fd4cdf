"""Faults of the application: it runs and answers, wrongly."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from smokegate.replica.catalogue import APPS, fault
from smokegate.replica.faults import checks
from smokegate.replica.faults.shaping import delayed, instead
from smokegate.replica.plan import commit_of

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan

_COMMITS = {"tectonic": "RENDER_GIT_COMMIT", "trading": "ATP_GIT_SHA"}
_HEALTHY = {"tectonic": {"service": "Tectonic Trading Platform API"}, "trading": {}}
_OTHER_COMMIT = commit_of("another deploy")


@fault(*APPS, where="app", cause="app.health-missing", caught_by=checks.HEALTH_IS_OK)
def health_missing(plan: Plan) -> None:
    """The health path is not there, while other paths answer."""
    instead(plan, "/health", 404, {"detail": "Not Found"})


@fault(*APPS, where="app", cause="app.unhealthy", caught_by=checks.HEALTH_IS_OK)
def unhealthy(plan: Plan) -> None:
    """The health path answers 200 and says that the application is not healthy."""
    instead(plan, "/health", 200, {**_HEALTHY[plan.kind], "status": "unhealthy"})


@fault(*APPS, where="app", cause="app.unhealthy", caught_by=checks.HEALTH_IS_OK)
def unhealthy_503(plan: Plan) -> None:
    """The health path answers 503 and says that the application is not healthy."""
    instead(plan, "/health", 503, {"status": "unhealthy", "reason": "worker pool exhausted"})


@fault("tectonic", where="app", cause="app.wrong-service", caught_by=checks.IT_IS_THE_RIGHT_SERVICE)
def wrong_service(plan: Plan) -> None:
    """Another service of the same team answers on the hostname."""
    instead(plan, "/health", 200, {"status": "healthy", "service": "Tectonic Notification Worker"})


@fault(*APPS, where="app", cause="edge.nothing-here", caught_by=checks.A_SERVER_IS_BEHIND_THE_HOSTNAME)
def default_page(plan: Plan) -> None:
    """A web server's default page answers in the application's place."""
    welcome = "Welcome to nginx!"
    page = f"<!DOCTYPE html><html><head><title>{welcome}</title></head><body><h1>{welcome}</h1></body></html>"
    instead(plan, "*", 200, page, method="*")


@fault(*APPS, where="app", cause="app.partial-outage", caught_by=checks.HEALTH_IS_STEADY)
def partial_outage(plan: Plan) -> None:
    """Two of every five health requests fail."""
    instead(plan, "/health", 500, {"detail": "Internal Server Error"}, turns=lambda number: number % 5 in {1, 3})


@fault(
    "tectonic",
    where="app",
    cause=("app.partial-outage", "render.crashing-paid"),
    caught_by=checks.HEALTH_IS_STEADY,
)
def one_instance_down(plan: Plan) -> None:
    """One of two instances is away."""
    plan.second_instance().state = "absent"


@fault(*APPS, where="app", cause="app.mixed-versions", caught_by=checks.ONE_COMMIT_ANSWERS)
def mixed_versions(plan: Plan) -> None:
    """Two instances behind one address run different commits."""
    plan.second_instance().variables[_COMMITS[plan.kind]] = _OTHER_COMMIT


@fault(*APPS, where="app", cause="app.wrong-version", caught_by=checks.EXPECTED_COMMIT_ANSWERS)
def old_version(plan: Plan) -> None:
    """The commit that answers is not the one that was deployed."""
    plan.instances[0].variables[_COMMITS[plan.kind]] = _OTHER_COMMIT


@fault(
    *APPS,
    where="app",
    cause="app.wrong-version",
    caught_by=(checks.COMMIT_IS_KNOWN, checks.EXPECTED_COMMIT_ANSWERS),
)
def version_unknown(plan: Plan) -> None:
    """The build did not record its commit: the application says unknown."""
    plan.instances[0].variables[_COMMITS[plan.kind]] = ""


@fault("tectonic", where="app", cause="app.missing-variable", caught_by=checks.ENDPOINT_ANSWERS_AS_DECLARED)
def key_missing(plan: Plan) -> None:
    """FINNHUB_API_KEY is not set: the market data endpoint says so."""
    plan.instances[0].variables["FINNHUB_API_KEY"] = ""


@fault("tectonic", where="app", cause=("app.missing-variable", "app.error"), caught_by=checks.HEALTH_IS_OK)
def variable_missing_at_run_time(plan: Plan) -> None:
    """A required variable is missing and every request that needs it ends in an error that names it."""
    detail = "KeyError: 'SECRET_KEY' environment variable is not set"
    instead(plan, "*", 500, {"detail": detail}, method="*")


@fault(
    "tectonic",
    where="app",
    cause="app.debug-on",
    caught_by=(checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.REGISTERING_CREATES_AN_ACCOUNT),
)
def debug_on(plan: Plan) -> None:
    """DEBUG=True: errors answer with a traceback, and the account view has one."""
    plan.instances[0].variables["DEBUG"] = "True"

    def change(app: Any) -> None:
        def broken(_: int) -> None:
            raise RuntimeError("account cache is not initialised")

        app.state.accounts.find = broken

    plan.patch(change)


@fault(*APPS, where="app", cause="app.slow", caught_by=checks.HEALTH_IS_WITHIN_ITS_BUDGET, verdict="WARN")
def slow(plan: Plan) -> None:
    """The health path takes three seconds."""
    delayed(plan, "/health", 3.0)


@fault(
    "tectonic",
    where="app",
    cause="app.slow",
    caught_by=checks.SIGNING_IN_IS_WITHIN_ITS_BUDGET,
    verdict="WARN",
)
def slow_login(plan: Plan) -> None:
    """A login takes three seconds."""
    delayed(plan, "/api/auth/login", 3.0)


@fault("trading", where="app", cause="app.slow", caught_by=checks.ENDPOINT_IS_WITHIN_ITS_BUDGET, verdict="WARN")
def slow_ping(plan: Plan) -> None:
    """The fast ping takes two seconds."""
    delayed(plan, "/ping_fast", 2.0)


@fault(
    "trading",
    where="app",
    cause="app.slow",
    caught_by=checks.MONITORING_IS_WITHIN_ITS_BUDGET,
    verdict="WARN",
)
def slow_summary(plan: Plan) -> None:
    """The monitoring summary takes three seconds."""
    delayed(plan, "/api/monitoring/summary", 3.0)


@fault(*APPS, where="app", cause="app.error", caught_by=checks.HEALTH_IS_OK)
def error(plan: Plan) -> None:
    """The health path ends in an unhandled error."""
    instead(plan, "/health", 500, "Internal Server Error")


@fault(*APPS, where="app", cause="app.error", caught_by=checks.HEALTH_IS_OK)
def error_everywhere(plan: Plan) -> None:
    """Every path ends in an unhandled error."""
    instead(plan, "*", 500, "Internal Server Error", method="*")


@fault("tectonic", where="app", cause="app.promise-broken", caught_by=checks.ENDPOINT_ANSWERS_AS_DECLARED)
def database_check_broken(plan: Plan) -> None:
    """The database check fails by its own mistake, on a healthy database, as the real one did."""
    text = "Textual SQL expression 'SELECT 1' should be explicitly declared as text('SELECT 1')"
    instead(plan, "/health/db", 200, {"status": "unhealthy", "database": "disconnected", "error": text})


@fault("trading", where="app", cause="app.promise-broken", caught_by=checks.ENDPOINT_ANSWERS_AS_DECLARED)
def ping_says_otherwise(plan: Plan) -> None:
    """The fast ping answers, but not what it is documented to answer."""
    instead(plan, "/ping_fast", 200, {"pong": True})


@fault(
    *APPS,
    where="app",
    cause="app.promise-broken",
    caught_by={"tectonic": checks.IT_IS_THE_RIGHT_SERVICE, "trading": checks.HEALTH_IS_OK},
)
def health_without_json(plan: Plan) -> None:
    """The health path answers 200 with a text in the place of JSON."""
    instead(plan, "/health", 200, "OK")


@fault("tectonic", where="app", cause="app.promise-broken", caught_by=checks.IT_IS_THE_RIGHT_SERVICE)
def health_empty(plan: Plan) -> None:
    """The health path answers 200 and nothing."""
    instead(plan, "/health", 200, "")


@fault("tectonic", where="app", cause="app.promise-broken", caught_by=checks.IT_IS_THE_RIGHT_SERVICE)
def health_of_another_type(plan: Plan) -> None:
    """The health path answers a list in the place of an object."""
    instead(plan, "/health", 200, ["healthy"])


@fault("tectonic", where="app", cause="app.debug-on", caught_by=checks.ENDPOINT_ANSWERS_AS_DECLARED)
def docs_open(plan: Plan) -> None:
    """DEBUG=True: the interactive documentation is open to everybody."""
    plan.instances[0].variables["DEBUG"] = "True"


@fault(*APPS, where="app", cause=("app.unhealthy", "app.error"), caught_by=checks.HEALTH_IS_OK)
def starting(plan: Plan) -> None:
    """The application says 503 and starting until it has warmed up, `seconds` after it is first asked."""
    asked: list[float] = []

    def cold(_: int) -> bool:
        asked.append(monotonic())
        return monotonic() - asked[0] < (plan.seconds or 30.0)

    instead(plan, "*", 503, {"status": "starting"}, method="*", turns=cold)
