"""Faults that show through the trading platform's nginx, after measurements with nginx 1.22.1."""

from __future__ import annotations

import os
from time import monotonic
from typing import TYPE_CHECKING, Any

from smokegate.replica.edge.nginx import UNAVAILABLE, error_page
from smokegate.replica.faults.shaping import inside, layered, when
from smokegate.replica.messages import Answer, Handler, RawBytes, Request

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan


def _of_backend(request: Request) -> bool:
    return request.path.startswith("/api/") or request.path in {"/health", "/ping_fast"}


def own_page(plan: Plan, status: int, *, everywhere: bool = False) -> None:
    """Have nginx answer with its own page for a status: the backend's paths, or the dashboard's too."""
    when(plan.backend, lambda request: everywhere or _of_backend(request), error_page(status))


def upstream_unavailable(plan: Plan) -> None:
    """The backend is away and nginx says upstream_unavailable on every one of its paths."""
    when(plan.backend, _of_backend, Answer.json(503, UNAVAILABLE))


def backend_dies_when_asked(plan: Plan) -> None:
    """The backend's worker dies at its first request, as one does that runs out of memory."""

    async def die(_scope: Any, _send: Any) -> bool:
        os._exit(137)

    inside(plan, die)


def backend_hung(plan: Plan) -> None:
    """The backend accepts and never answers: 504 on the health paths, upstream_unavailable on the API."""
    plan.instances[0].state = "frozen"
    plan.options["timeout"] = plan.seconds or 0.3


def rate_limited(plan: Plan) -> None:
    """Others behind the same address have used up nginx's allowance for the monitoring paths."""
    when(plan.backend, lambda request: request.path.startswith("/api/monitoring/"), error_page(429))


def stale_upstream(plan: Plan) -> None:
    """For a while after the backend is back nginx goes on saying 502 and 503: no live upstreams."""
    until: list[float] = []

    def layer(inner: Handler) -> Handler:
        async def answer(request: Request) -> Answer | RawBytes:
            until.append(monotonic() + (plan.seconds or 7.0))
            if monotonic() > until[0] or not _of_backend(request):
                return await inner(request)
            exact = request.path in {"/health", "/api/health", "/ping_fast"}
            return error_page(502) if exact else Answer.json(503, UNAVAILABLE)

        return answer

    layered(plan.backend, layer)
