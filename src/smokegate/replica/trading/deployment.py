"""How the trading platform is deployed on its server: nginx before the backend, the updater beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from smokegate.replica.plan import Instance, Plan, commit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from smokegate.replica.messages import Handler

HAS_STATIC_HOST = False
"""One nginx serves the frontend and the API from one address."""

PAGE = Path(__file__).parent / "page"
_BUILT = "2026-11-21T12:00:00Z"


def complete(plan: Plan) -> None:
    """Fill in a healthy plan: the backend, the updater, and a dashboard that asks the same address."""
    plan.api_address = f"{plan.backend.url}/api"
    variables = {"DATABASE_URL": plan.database_url, "ATP_GIT_SHA": commit_of(plan.kind), "ATP_BUILD_TIME": _BUILT}
    plan.instances = [Instance(variables)]
    plan.workers = [Instance(dict(variables))]
    plan.options = {"timeout": 60.0}


def handlers(plan: Plan, ports: list[int]) -> Mapping[str, Handler]:
    """What nginx answers, given the ports of the backend's instances."""
    from smokegate.replica.bundle import build
    from smokegate.replica.edge import nginx
    from smokegate.replica.edge.upstream import Upstream

    upstream = Upstream(ports, plan.options["timeout"], per_connection=plan.options.get("per_connection", False))
    server = nginx.Server(upstream, build(PAGE, plan.api_address, plan.options.get("bundle", ())))
    return {"backend": nginx.edge(server, plan.backend.around)}
