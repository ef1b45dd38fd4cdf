"""Faults of the application: it runs and answers, wrongly."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

from smokegate.replica.faults.shaping import instead
from smokegate.replica.plan import commit_of

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan

_COMMITS = {"tectonic": "RENDER_GIT_COMMIT", "trading": "ATP_GIT_SHA"}
_HEALTHY = {"tectonic": {"service": "Tectonic Trading Platform API"}, "trading": {}}
_OTHER_COMMIT = commit_of("another deploy")


def unhealthy(plan: Plan) -> None:
    """The health path answers 200 and says that the application is not healthy."""
    instead(plan, "/health", 200, {**_HEALTHY[plan.kind], "status": "unhealthy"})


def default_page(plan: Plan) -> None:
    """A web server's default page answers in the application's place."""
    welcome = "Welcome to nginx!"
    page = f"<!DOCTYPE html><html><head><title>{welcome}</title></head><body><h1>{welcome}</h1></body></html>"
    instead(plan, "*", 200, page, method="*")


def partial_outage(plan: Plan) -> None:
    """Two of every five health requests fail."""
    instead(plan, "/health", 500, {"detail": "Internal Server Error"}, turns=lambda number: number % 5 in {1, 3})


def one_instance_down(plan: Plan) -> None:
    """One of two instances is away."""
    plan.second_instance().state = "absent"


def mixed_versions(plan: Plan) -> None:
    """Two instances behind one address run different commits."""
    plan.second_instance().variables[_COMMITS[plan.kind]] = _OTHER_COMMIT


def old_version(plan: Plan) -> None:
    """The commit that answers is not the one that was deployed."""
    plan.instances[0].variables[_COMMITS[plan.kind]] = _OTHER_COMMIT


def version_unknown(plan: Plan) -> None:
    """The build did not record its commit: the application says unknown."""
    plan.instances[0].variables[_COMMITS[plan.kind]] = ""


def key_missing(plan: Plan) -> None:
    """FINNHUB_API_KEY is not set: the market data endpoint says so."""
    plan.instances[0].variables["FINNHUB_API_KEY"] = ""


def variable_missing_at_run_time(plan: Plan) -> None:
    """A required variable is missing and every request that needs it ends in an error that names it."""
    detail = "KeyError: 'SECRET_KEY' environment variable is not set"
    instead(plan, "*", 500, {"detail": detail}, method="*")


def debug_on(plan: Plan) -> None:
    """DEBUG=True: errors answer with a traceback, and the account view has one."""
    plan.instances[0].variables["DEBUG"] = "True"

    def change(app: Any) -> None:
        def broken(_: int) -> None:
            raise RuntimeError("account cache is not initialised")

        app.state.accounts.find = broken

    plan.patch(change)


def database_check_broken(plan: Plan) -> None:
    """The database check fails by its own mistake, on a healthy database, as the real one did."""
    text = "Textual SQL expression 'SELECT 1' should be explicitly declared as text('SELECT 1')"
    instead(plan, "/health/db", 200, {"status": "unhealthy", "database": "disconnected", "error": text})


def docs_open(plan: Plan) -> None:
    """DEBUG=True: the interactive documentation is open to everybody."""
    plan.instances[0].variables["DEBUG"] = "True"


def starting(plan: Plan) -> None:
    """The application says 503 and starting until it has warmed up, `seconds` after its first request."""
    requests: list[float] = []

    def cold(_: int) -> bool:
        requests.append(monotonic())
        return monotonic() - requests[0] < (plan.seconds or 30.0)

    instead(plan, "*", 503, {"status": "starting"}, method="*", turns=cold)
