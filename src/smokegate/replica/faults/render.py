"""Faults of Render's edge: what it answers by itself, after header captures of November 2026."""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING

from smokegate.replica.edge.render import made_by_edge, suspension
from smokegate.replica.faults.shaping import always, answer_of, layered, when
from smokegate.replica.messages import Answer, Handler, RawBytes, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from smokegate.replica.plan import Plan

_LOADING = (
    "<!DOCTYPE html><html><head><title>Render</title></head><body><h1>WELCOME TO RENDER</h1><pre>"
    "Incoming HTTP request detected ...\nService waking up ...\nAllocating compute resources ...\n"
    "Starting the instance ...\nApplication loading</pre></body></html>"
)


def edge_says(plan: Plan, routing: str, status: int, body: str | None = None, site: str = "backend") -> None:
    """Have the edge answer every request for a site by itself, with the routing header that says why."""
    always(plan.sites[site], made_by_edge(routing, answer_of(status, body)))


def loading_page(plan: Plan, status: int) -> None:
    """Have the edge serve its loading page in the place of every answer."""
    always(plan.backend, Answer.html(status, _LOADING))


def suspended(plan: Plan, *, by_owner: bool) -> None:
    """Have the edge say that the service is suspended, by its owner or by Render."""
    always(plan.backend, suspension(by_owner=by_owner))


def waking(plan: Plan) -> None:
    """The free instance was asleep; the edge answers that it does not wake until, after a while, it does."""
    woken: list[float] = []

    def layer(inner: Handler) -> Handler:
        async def answer(request: Request) -> Answer | RawBytes:
            woken.append(monotonic())
            asleep = monotonic() - woken[0] < (plan.seconds or 2.0)
            return made_by_edge("hibernate-wake-error", Answer(503)) if asleep else await inner(request)

        return answer

    layered(plan.backend, layer)


def no_server_intermittent(plan: Plan) -> None:
    """Every other request of a path finds no server, as in Render's incident of 5 November 2025."""
    turns: defaultdict[str, Iterator[int]] = defaultdict(count)
    answer = made_by_edge("no-server", Answer.text(404, "Not Found\n"))
    when(plan.backend, lambda request: next(turns[request.path]) % 2 == 0, answer)


def cold_start(plan: Plan) -> None:
    """The free instance was asleep; the edge holds every request until it is awake, then all is well."""
    woken: list[float] = []

    def layer(inner: Handler) -> Handler:
        async def answer(request: Request) -> Answer | RawBytes:
            import asyncio

            woken.append(monotonic())
            await asyncio.sleep(max(0.0, woken[0] + (plan.seconds or 3.0) - monotonic()))
            return await inner(request)

        return answer

    layered(plan.backend, layer)


def crashing_free(plan: Plan) -> None:
    """The application has crashed; the edge of a free instance gets no answer from it."""
    plan.options["plan"] = "free"
    plan.instances[0].state = "absent"


def bundle_missing(plan: Plan) -> None:
    """The page asks for a script of an older build that is no longer there."""
    missing = made_by_edge("static-no-asset", Answer(404))
    when(plan.frontend, lambda request: request.path.startswith("/assets/"), missing)
