"""How the Tectonic platform is deployed on Render: one web service, one static site, each behind the edge."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from smokegate.replica.plan import Instance, Plan, commit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from smokegate.replica.messages import Handler

HAS_STATIC_HOST = True
"""The frontend has an address of its own."""

PAGE = Path(__file__).parent / "page"


def complete(plan: Plan) -> None:
    """Fill in a healthy plan: one instance with every variable set, and a bundle that calls it."""
    plan.api_address = f"{plan.backend.url}/api"
    variables = {
        "SECRET_KEY": os.urandom(32).hex(),
        "DATABASE_URL": plan.database_url,
        "ALLOWED_ORIGINS": plan.frontend.url,
        "FINNHUB_API_KEY": "replica",
        "ALPHA_VANTAGE_KEY": "replica",
        "DEBUG": "False",
        "RENDER_GIT_COMMIT": commit_of(plan.kind),
    }
    plan.instances = [Instance(variables)]
    plan.options = {"plan": "paid", "first": {}}


def handlers(plan: Plan, ports: list[int]) -> Mapping[str, Handler]:
    """What the edge answers for each of the two sites, given the ports of the instances."""
    from smokegate.replica.bundle import build
    from smokegate.replica.edge import render
    from smokegate.replica.edge.upstream import Upstream

    files = build(PAGE, plan.api_address, plan.options.get("bundle", ()))
    upstream = Upstream(ports, first=plan.options["first"], per_connection=plan.options.get("per_connection", False))
    backend = render.application(upstream, plan.options["plan"])
    frontend = render.static_site(files)
    return {
        "backend": render.edge(backend, plan.backend.around),
        "frontend": render.edge(frontend, plan.frontend.around),
    }
