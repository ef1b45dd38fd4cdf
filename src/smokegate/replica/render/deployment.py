"""Tectonic on Render, joined to a control plane: what the edge answers follows from the deploys' states."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from smokegate.replica.messages import Answer, Handler, RawBytes, Request
from smokegate.replica.plan import Plan, commit_of
from smokegate.replica.render.platform import Deploy, Platform, Service, through
from smokegate.replica.tectonic import deployment as tectonic

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


HAS_STATIC_HOST = True
HAS_PLATFORM = True
"""There is an API of the platform beside the deployment, on an address of its own."""
BACKEND, FRONTEND = "tectonic-backend", "tectonic-frontend"
OLD = commit_of("the version before")


def complete(plan: Plan) -> None:
    """Fill in a healthy plan: instance 0 runs the version before, instance 1 the one that is live."""
    tectonic.complete(plan)
    new = commit_of(plan.kind)
    newer = plan.second_instance()
    plan.instances[0].variables["RENDER_GIT_COMMIT"] = OLD
    newer.variables["RENDER_GIT_COMMIT"] = new
    needed = {key: value for key, value in newer.variables.items() if not key.startswith("RENDER_")}
    backend = Service(BACKEND, url=plan.backend.url, variables=needed)
    backend.deploys = [Deploy(new, through("live"), 1), Deploy(OLD, through("live"), 0)]
    frontend = Service(FRONTEND, "static_site", url=plan.frontend.url, deploys=[Deploy(new, through("live"))])
    services = {each.name: each for each in (backend, frontend)}
    groups = {"market-data": {"ALPHA_VANTAGE_KEY": needed.pop("ALPHA_VANTAGE_KEY")}}
    plan.options["platform"] = Platform(f"rnd_{os.urandom(16).hex()}", services, groups)


def handlers(plan: Plan, ports: list[int]) -> Mapping[str, Handler]:
    """What the edge answers for each of the two sites, and what the API does."""
    from smokegate.replica.edge import render
    from smokegate.replica.edge.upstream import Upstream
    from smokegate.replica.render.api import api

    platform: Platform = plan.options["platform"]
    instances = [render.application(Upstream([port]), plan.options["plan"]) for port in ports]
    given = dict(tectonic.handlers(plan, ports))
    backend = routed(platform, platform.services.get(BACKEND), instances)
    return {**given, "backend": render.edge(backend, plan.backend.around), "platform": api(platform)}


def routed(platform: Platform, service: Service | None, instances: Sequence[Handler]) -> Handler:
    """Route to what the control plane says is live: the old version until a deploy is, then the new one."""
    from smokegate.replica.edge.render import made_by_edge, suspension

    no_server = made_by_edge("no-server", Answer.text(404, "Not Found\n"))

    async def answer(request: Request) -> Answer | RawBytes:
        platform.begin()
        if service is None:
            return no_server
        if service.suspenders:
            return suspension(by_owner="user" in service.suspenders)
        deploy = service.served(platform.clock())
        return no_server if deploy is None else await instances[deploy.instance](request)

    return answer
