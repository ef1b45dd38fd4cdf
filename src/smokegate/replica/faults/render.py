"""Faults of Render's edge: what it answers by itself, after captures of November 2026."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.replica.catalogue import fault
from smokegate.replica.edge.render import made_by_edge
from smokegate.replica.wire import Answer, Handler, Raw, Request

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan, Site


def always(site: Site, answer: Answer) -> None:
    """Have a site's edge give one answer to every request, and never ask the application."""

    def layer(_: Handler) -> Handler:
        async def given(_: Request) -> Answer | Raw:
            return answer

        return given

    site.around.append(layer)


@fault(
    "no-server",
    "Nothing runs behind the hostname: Render's router knows no server for it",
    kinds="tectonic",
    where="edge",
    cause="render.no-server",
    caught_by="test_routing.py::",
)
def no_server(plan: Plan) -> None:
    always(plan.backend, made_by_edge("no-server", Answer.text(404, "Not Found\n")))
