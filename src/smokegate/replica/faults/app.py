"""Faults of the application: it runs and answers, wrongly."""

from __future__ import annotations

from time import monotonic
from typing import Any

from smokegate.replica.faults.shaping import instead
from smokegate.replica.plan import Plan, commit_of

_COMMITS = {"tectonic": "RENDER_GIT_COMMIT", "trading": "ATP_GIT_SHA"}
_HEALTHY = {"tectonic": {"service": "Tectonic Trading Platform API"}, "trading": {}}


def unhealthy(plan: Plan) -> None:
    """The health path answers 200 and says that the application is not healthy."""
    instead(plan, "/health", 200, {**_HEALTHY[plan.kind], "status": "unhealthy"})


def partial_outage(plan: Plan) -> None:
    """Two of every five health requests fail."""
    instead(plan, "/health", 500, {"detail": "Internal Server Error"}, turns=lambda number: number % 5 in {1, 3})


def one_instance_down(plan: Plan) -> None:
    """One of two instances is away."""
    plan.second_instance().state = "absent"


def mixed_versions(plan: Plan) -> None:
    """Two instances behind one address run different commits."""
    plan.second_instance().variables[_COMMITS[plan.kind]] = commit_of("another deploy")


def commit(plan: Plan, of: str) -> None:
    """Have the application run the commit of another deploy; an empty text: its build did not record any."""
    plan.instances[0].variables[_COMMITS[plan.kind]] = commit_of(of) if of else ""


def debug_on(plan: Plan) -> None:
    """DEBUG=True: errors answer with a traceback, and the account view has one."""
    plan.instances[0].variables["DEBUG"] = "True"

    def change(app: Any) -> None:
        def broken(_: int) -> None:
            raise RuntimeError("account cache is not initialised")

        app.state.accounts.find = broken

    plan.patch(change)


def starting(plan: Plan) -> None:
    """The application says 503 and starting until it has warmed up, `seconds` after its first request."""
    requests: list[float] = []

    def cold(_: int) -> bool:
        requests.append(monotonic())
        return monotonic() - requests[0] < (plan.seconds or 30.0)

    instead(plan, "*", 503, {"status": "starting"}, method="*", turns=cold)
