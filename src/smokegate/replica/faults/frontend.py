"""Faults of the frontend: a page that is there and calls the wrong address, or is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smokegate.replica.edge.nginx import error_page
from smokegate.replica.edge.render import bad_gateway
from smokegate.replica.faults.shaping import always, when
from smokegate.replica.messages import Answer, Request

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan

_INDEX = (
    '<!doctype html><html lang="en"><head><title>Tectonic Trading Platform</title></head>'
    '<body><div id="root"></div></body></html>'
)


def _script(request: Request) -> bool:
    return request.path.startswith("/assets/")


def _javascript(text: str) -> Answer:
    return Answer(200, (("content-type", "text/javascript"),), text.encode())


def built_with(plan: Plan, address: str) -> None:
    """Build the bundle with this API address; `{backend}`, `{frontend}` and `{kind}` stand for the replica's own."""
    plan.api_address = address.format(backend=plan.backend.url, frontend=plan.frontend.url, kind=plan.kind)


def calls_itself_and_is_refused(plan: Plan) -> None:
    """The bundle calls the frontend's own host, which takes no POST: 405."""
    plan.api_address = "/api"
    when(plan.frontend, lambda request: request.method not in {"GET", "HEAD"}, Answer(405))


def script_missing(plan: Plan) -> None:
    """The page names a script of another build: nothing is there."""
    when(plan.frontend, _script, Answer(404))


def script_is_the_page(plan: Plan) -> None:
    """The page names a script of another build, and the single-page fallback answers in its place."""
    when(plan.frontend, _script, Answer.html(200, _INDEX))


def script_cut_short(plan: Plan) -> None:
    """The upload of the script did not finish: browsers report a syntax error."""
    when(plan.frontend, _script, _javascript("function render() { if (root) { root.textContent = `Tectonic"))


def settings_missing(plan: Plan) -> None:
    """The script loads its API address from a file of settings that is not there."""
    loading = 'fetch("/config.json").then(r => r.json()).then(c => fetch(`${c.apiUrl}/auth/login`));'
    when(plan.frontend, _script, _javascript(loading))
    when(plan.frontend, lambda request: request.path == "/config.json", Answer(404))


def calls_plain_http(plan: Plan) -> None:
    """The page is served over https and calls the backend over plain http, which browsers block."""
    plan.api_address = plan.api_address.replace("https://", "http://")


def cors_missing(plan: Plan) -> None:
    """The backend does not answer a browser's question before a call from another origin."""

    def change(app: Any) -> None:
        app.user_middleware = [layer for layer in app.user_middleware if layer.cls.__name__ != "CORSMiddleware"]

    plan.patch(change)


def cors_without_credential(plan: Plan) -> None:
    """The backend lets pages log in and refuses the header that carries their token."""

    def change(app: Any) -> None:
        (layer,) = (each for each in app.user_middleware if each.cls.__name__ == "CORSMiddleware")
        layer.kwargs["allow_headers"] = ["content-type"]

    plan.patch(change)


def spa_answers_api(plan: Plan) -> None:
    """The single-page app's fallback answers the API paths of the backend's address with a page and 200."""
    when(plan.backend, lambda request: request.path.startswith("/api/"), Answer.html(200, _INDEX))


def spa_answers_everything(plan: Plan) -> None:
    """The backend's address belongs to the static site: every path answers its page and 200."""
    always(plan.backend, Answer.html(200, _INDEX).adding(("x-render-origin-server", "Render")))


def frontend_refused(plan: Plan) -> None:
    """No one listens where the frontend should be."""
    plan.frontend.listens = False


def frontend_down(plan: Plan) -> None:
    """The frontend's service has crashed behind the edge."""
    always(plan.frontend, bad_gateway("dynamic-paid-error"))


def frontend_empty(plan: Plan) -> None:
    """The frontend answers 200 with an empty page."""
    always(plan.frontend, Answer.html(200, ""))


def dashboard_down(plan: Plan) -> None:
    """The dashboard cannot be reached from nginx, while the backend answers."""

    def of_dashboard(request: Request) -> bool:
        return not request.path.startswith("/api/") and request.path not in {"/health", "/ping_fast"}

    when(plan.backend, of_dashboard, error_page(502))
