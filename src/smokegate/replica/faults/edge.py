"""Faults of an edge: what nginx, Render's router or a static host answers in the place of what is behind it.

After measurements with nginx 1.22.1 and header captures of Render, November 2026.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING, Any

from smokegate.replica.edge.nginx import UNAVAILABLE, error_page
from smokegate.replica.edge.render import bad_gateway, made_by_edge, suspension
from smokegate.replica.messages import Answer, Handler, RawBytes, Request, answer_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from smokegate.replica.plan import Plan, Site

_BEHIND_NGINX = ("/api/", "/health", "/ping_fast")
"""How the paths begin that nginx passes to the backend; all others are the dashboard's."""
_LOADING = (
    "<!DOCTYPE html><html><head><title>Render</title></head><body><h1>WELCOME TO RENDER</h1><pre>"
    "Incoming HTTP request detected ...\nService waking up ...\nAllocating compute resources ...\n"
    "Starting the instance ...\nApplication loading</pre></body></html>"
)
_INDEX = (
    '<!doctype html><html lang="en"><head><title>Tectonic Trading Platform</title></head>'
    '<body><div id="root"></div></body></html>'
)


def stopwatch() -> Callable[[], float]:
    """Return a function that returns the seconds since it was first called."""
    calls: list[float] = []

    def elapsed() -> float:
        calls.append(monotonic())
        return calls[-1] - calls[0]

    return elapsed


def when(site: Site, condition: Callable[[Request], bool], answer: Answer | RawBytes) -> None:
    """Have a site's edge give this answer to the requests that meet a condition."""

    def layer(inner: Handler) -> Handler:
        async def given(request: Request) -> Answer | RawBytes:
            return answer if condition(request) else await inner(request)

        return given

    site.around.append(layer)


def answering(  # noqa: PLR0913 -- which requests, and an answer in all its parts
    plan: Plan,
    status: int,
    body: Any = None,
    *,
    site: str = "backend",
    headers: dict[str, str] | None = None,
    paths: Sequence[str] = ("",),
    methods: Sequence[str] = (),
) -> None:
    """Have a site's edge give this answer to the requests whose path begins with one of these, with one of the methods.

    Without paths, or without methods, to all.
    """
    answer = answer_of(status, body).adding(*(headers or {}).items())
    when(
        plan.sites[site],
        lambda request: request.path.startswith(tuple(paths)) and (not methods or request.method in methods),
        answer,
    )


def single_page_app(plan: Plan, site: str, paths: Sequence[str] = ("",), headers: dict[str, str] | None = None) -> None:
    """Have the fallback of a single-page app answer the paths that begin with one of these, with its page and 200."""
    answering(plan, 200, _INDEX, site=site, paths=paths, headers=headers)


def bundle(plan: Plan, changes: Sequence[tuple[str, str]]) -> None:
    """Build the page with these parts of its script replaced."""
    plan.options["bundle"] = (*plan.options.get("bundle", ()), *changes)


def built_with(plan: Plan, address: str) -> None:
    """Build the bundle with this API address; `{backend}`, `{frontend}` and `{kind}` stand for the replica's own."""
    plan.api_address = address.format(backend=plan.backend.url, frontend=plan.frontend.url, kind=plan.kind)


def calls_plain_http(plan: Plan) -> None:
    """The page is served over https and calls the backend over plain http, which browsers block."""
    plan.api_address = plan.api_address.replace("https://", "http://")


def frontend_down(plan: Plan) -> None:
    """The frontend's service has crashed behind the edge."""
    when(plan.frontend, lambda _: True, bad_gateway("dynamic-paid-error"))


def own_page(plan: Plan, status: int, paths: Sequence[str] = _BEHIND_NGINX) -> None:
    """Have nginx answer with its own page for a status: the backend's paths, or others that begin so."""
    when(plan.backend, lambda request: request.path.startswith(tuple(paths)), error_page(status))


def dashboard_down(plan: Plan) -> None:
    """The dashboard cannot be reached from nginx, while the backend answers."""
    when(plan.backend, lambda request: not request.path.startswith(_BEHIND_NGINX), error_page(502))


def upstream_unavailable(plan: Plan) -> None:
    """The backend is away and nginx says upstream_unavailable on every one of its paths."""
    answering(plan, 503, UNAVAILABLE, paths=_BEHIND_NGINX)


def backend_hung(plan: Plan) -> None:
    """The backend accepts and never answers: 504 on the health paths, upstream_unavailable on the API."""
    plan.instances[0].state = "frozen"
    plan.options["timeout"] = plan.seconds or 0.3


def stale_upstream(plan: Plan) -> None:
    """For a while after the backend is back nginx goes on saying 502 and 503: no live upstreams."""
    elapsed = stopwatch()

    def layer(inner: Handler) -> Handler:
        async def answer(request: Request) -> Answer | RawBytes:
            if elapsed() > (plan.seconds or 7.0) or not request.path.startswith(_BEHIND_NGINX):
                return await inner(request)
            exact = request.path in {"/health", "/api/health", "/ping_fast"}
            return error_page(502) if exact else Answer.json(503, UNAVAILABLE)

        return answer

    plan.backend.around.append(layer)


def loading_page(plan: Plan, status: int) -> None:
    """Have Render's edge serve its loading page in the place of every answer."""
    answering(plan, status, _LOADING)


def suspension_page(plan: Plan, *, by_owner: bool) -> None:
    """Have Render's edge say that the service is suspended, by its owner or by Render."""
    when(plan.backend, lambda _: True, suspension(by_owner=by_owner))


def waking(plan: Plan) -> None:
    """The free instance was asleep; the edge answers that it does not wake until, after a while, it does."""
    elapsed = stopwatch()
    asleep = made_by_edge("hibernate-wake-error", Answer(503))
    when(plan.backend, lambda _: elapsed() < (plan.seconds or 2.0), asleep)


def no_server_intermittent(plan: Plan) -> None:
    """Every other request of a path finds no server, as in Render's incident of 5 November 2025."""
    turns: defaultdict[str, Iterator[int]] = defaultdict(count)
    answer = made_by_edge("no-server", Answer.text(404, "Not Found\n"))
    when(plan.backend, lambda request: next(turns[request.path]) % 2 == 0, answer)


def cold_start(plan: Plan) -> None:
    """The free instance was asleep; the edge holds every request until it is awake, then all is well."""
    elapsed = stopwatch()

    def layer(inner: Handler) -> Handler:
        async def answer(request: Request) -> Answer | RawBytes:
            import asyncio

            await asyncio.sleep(max(0.0, (plan.seconds or 3.0) - elapsed()))
            return await inner(request)

        return answer

    plan.backend.around.append(layer)


def crashing_free(plan: Plan) -> None:
    """The application has crashed; the edge of a free instance gets no answer from it."""
    plan.options["plan"] = "free"
    plan.instances[0].state = "absent"
