"""Faults of Render's edge: what it answers by itself, after header captures of November 2026."""

from __future__ import annotations

from collections import defaultdict
from itertools import count
from time import monotonic
from typing import TYPE_CHECKING

from smokegate.replica.edge.render import made_by_edge
from smokegate.replica.faults.shaping import always, layered, when
from smokegate.replica.messages import Answer, Handler, RawBytes, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from smokegate.replica.plan import Plan, Site

_SUSPENDED = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8"><meta name="viewport" '
    'content="width=device-width, initial-scale=1" /><title>Service Suspended</title></head>'
    "<body>{}</body></html>"
)
_LOADING = (
    "<!DOCTYPE html><html><head><title>Render</title></head><body><h1>WELCOME TO RENDER</h1><pre>"
    "Incoming HTTP request detected ...\nService waking up ...\nAllocating compute resources ...\n"
    "Starting the instance ...\nApplication loading</pre></body></html>"
)
_WAKE_FAILED = made_by_edge("hibernate-wake-error", Answer(503))


def _until_awake(site: Site, otherwise: Callable[[], Answer], seconds: float) -> None:
    """Answer `otherwise` from the first request on, until this much time has passed."""
    woken: list[float] = []

    def layer(inner: Handler) -> Handler:
        async def answer(request: Request) -> Answer | RawBytes:
            woken.append(monotonic())
            asleep = monotonic() - woken[0] < seconds
            return otherwise() if asleep else await inner(request)

        return answer

    layered(site, layer)


def no_server(plan: Plan) -> None:
    """Nothing runs behind the hostname: Render's router knows no server for it."""
    always(plan.backend, made_by_edge("no-server", Answer.text(404, "Not Found\n")))


def no_server_intermittent(plan: Plan) -> None:
    """Every other request of a path finds no server, as in Render's incident of 5 November 2025."""
    turns: defaultdict[str, Iterator[int]] = defaultdict(count)
    answer = made_by_edge("no-server", Answer.text(404, "Not Found\n"))
    when(plan.backend, lambda request: next(turns[request.path]) % 2 == 0, answer)


def waking(plan: Plan) -> None:
    """The free instance was asleep; the edge answers that it does not wake until, after a while, it does."""
    _until_awake(plan.backend, lambda: _WAKE_FAILED, plan.seconds or 2.0)


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


def wake_failed(plan: Plan) -> None:
    """The free instance was asleep and does not wake: it crashes at boot, or boots too slowly."""
    always(plan.backend, _WAKE_FAILED)


def wake_failed_old_name(plan: Plan) -> None:
    """The instance does not wake, in the edge's words of early 2026."""
    always(plan.backend, made_by_edge("dynamic-hibernate-error-503", Answer(503)))


def wake_throttled(plan: Plan) -> None:
    """The free instance is asleep and Render throttles the attempts to wake it."""
    always(plan.backend, made_by_edge("hibernate-rate-limited", Answer.text(429, "Too Many Requests")))


def interstitial(plan: Plan) -> None:
    """Render's loading page is served with status 200 in the place of every answer."""
    always(plan.backend, Answer.html(200, _LOADING))


def interstitial_503(plan: Plan) -> None:
    """Render's loading page is served, with status 503."""
    always(plan.backend, Answer.html(503, _LOADING))


def suspended_by_owner(plan: Plan) -> None:
    """The owner has suspended the service."""
    page = _SUSPENDED.format("This service has been suspended by its owner.")
    always(plan.backend, made_by_edge("suspend-by-user", Answer.html(503, page)))


def suspended_billing(plan: Plan) -> None:
    """Render has suspended the service: the free hours are used up, or a bill is open."""
    page = _SUSPENDED.format("This service has been suspended.")
    always(plan.backend, made_by_edge("suspend", Answer.html(503, page)))


def no_deploy(plan: Plan) -> None:
    """The service has no deploy that could answer."""
    page = "<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>"
    always(plan.backend, made_by_edge("no-deploy", Answer.html(502, page)))


def crashing(plan: Plan) -> None:
    """The application has crashed; the edge of a paid instance gets no answer from it."""
    plan.instances[0].state = "absent"


def crashing_free(plan: Plan) -> None:
    """The application has crashed; the edge of a free instance gets no answer from it."""
    plan.options["plan"] = "free"
    plan.instances[0].state = "absent"


def subdomain_disabled(plan: Plan) -> None:
    """The service's onrender.com address is switched off; it answers on its own domain only."""
    always(plan.backend, made_by_edge("blocked-render-subdomain", Answer.text(404, "404 Not Found")))


def unknown_edge(plan: Plan) -> None:
    """The edge answers with a routing value that no one has seen before."""
    always(plan.backend, made_by_edge("never-seen-before", Answer.text(503, "Service Unavailable\n")))


def cloudflare_error(plan: Plan) -> None:
    """Cloudflare answers with its own error page, before Render's router."""
    title = "onrender.com | 520: Web server is returning an unknown error"
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    always(plan.backend, Answer.html(520, page))


def bundle_missing(plan: Plan) -> None:
    """The page asks for a script of an older build that is no longer there."""
    missing = made_by_edge("static-no-asset", Answer(404))
    when(plan.frontend, lambda request: request.path.startswith("/assets/"), missing)


def publish_directory_empty(plan: Plan) -> None:
    """The static site was published from an empty directory."""
    always(plan.frontend, made_by_edge("static-no-asset", Answer(404)))


def maintenance_page(plan: Plan) -> None:
    """The team's own maintenance page answers 503 on every path, and asks to come back in an hour."""
    page = "<!DOCTYPE html><html><head><title>Down for maintenance</title></head><body>Back soon.</body></html>"
    always(plan.backend, Answer.html(503, page).adding(("retry-after", "3600")))
