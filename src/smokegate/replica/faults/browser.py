"""Faults that only a browser sees: every file is served and every request from here is answered well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.replica.catalogue import fault
from smokegate.replica.faults import checks
from smokegate.replica.faults.shaping import when
from smokegate.replica.messages import Answer

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan

CHUNK = '["", "assets", ["chart", "js"].join(".")].join("/")'
"""The address of a file that is loaded at run time, in a form that no reader of the scripts finds."""


def _bundle(plan: Plan, old: str, new: str) -> None:
    """Build the page with one change of its script."""
    plan.options["bundle"] = (*plan.options.get("bundle", ()), (old, new))


@fault("tectonic", where="frontend", cause="browser.script-error", caught_by=checks.PAGE_IS_NOT_BLANK, needs="browser")
def white_screen(plan: Plan) -> None:
    """The page's script fails when it starts."""
    _bundle(plan, 'window.addEventListener("popstate", render);', "settings.theme.apply(root);")


@fault("tectonic", where="frontend", cause="browser.script-is-page", caught_by=checks.BROWSER_FILES, needs="browser")
def chunk_is_page(plan: Plan) -> None:
    """A script that is loaded at run time is answered with index.html."""
    _bundle(plan, 'window.addEventListener("popstate", render);', f"await import({CHUNK});")


@fault("tectonic", where="frontend", cause="browser.calls-localhost", caught_by=checks.BROWSER_CALLS, needs="browser")
def localhost_at_run_time(plan: Plan) -> None:
    """The page puts the developer's address in front of its calls when it runs."""
    _bundle(
        plan,
        'window.addEventListener("popstate", render);',
        'const developers = `${document.title.replace(/.*/, "local")}host`;\n'
        "fetch(`${location.protocol}//${developers}:59999/api/auth/me`).catch(() => {});",
    )


@fault(
    "tectonic",
    where="frontend",
    cause="browser.mixed-content",
    caught_by=checks.BROWSER_CALLS,
    needs="browser",
    tls=True,
)
def mixed_content(plan: Plan) -> None:
    """The page is HTTPS and calls the API without: browsers block that before it is sent."""
    _bundle(
        plan,
        'window.addEventListener("popstate", render);',
        'const plain = ["http:", "", `api.${document.title.replace(/.*/, "invalid")}`, "quotes"];\n'
        'fetch(plain.join("/")).catch(() => {});',
    )


@fault("tectonic", where="frontend", cause="browser.cors-refused", caught_by=checks.BROWSER_CALLS, needs="browser")
def cors_at_run_time(plan: Plan) -> None:
    """The preflight is granted, and a cache answers one call with the permission of another origin."""
    other = Answer.json(200, {"source": "finnhub", "quotes": []}).adding(
        ("access-control-allow-origin", "https://old-frontend.invalid")
    )
    when(
        plan.backend,
        lambda request: request.method == "GET" and request.path.startswith("/api/market/"),
        other,
    )


@fault(
    "tectonic", where="frontend", cause="browser.pretended-sign-in", caught_by=checks.BROWSER_SIGN_IN, needs="browser"
)
def hopeful_register(plan: Plan) -> None:
    """The page registers at a path that is not there, takes the 404 for success and shows a dashboard."""
    _bundle(plan, '"/auth/register"', '"/auth/signup"')
    _bundle(plan, "if (!response.ok) throw", "if (response.status === 500) throw")
    _bundle(plan, 'location.assign("/login");', "")


@fault("tectonic", where="frontend", cause="browser.token-undefined", caught_by=checks.BROWSER_SIGN_IN, needs="browser")
def token_undefined(plan: Plan) -> None:
    """The page reads the token under another key than the API gives it."""
    _bundle(plan, "session.access_token", "session.token")
    _bundle(plan, 'location.assign("/login");', "")


@fault(
    "tectonic", where="frontend", cause="browser.sign-in-refused", caught_by=checks.BROWSER_LOGIN_AGAIN, needs="browser"
)
def login_lost(plan: Plan) -> None:
    """The page logs in at a path that is not there: registering works, and logging in says "Not Found"."""
    _bundle(plan, '"/auth/login"', '"/auth/signin"')


@fault(
    "tectonic", where="frontend", cause="browser.signed-out-by-reload", caught_by=checks.BROWSER_RELOAD, needs="browser"
)
def forgets_on_reload(plan: Plan) -> None:
    """The page forgets who is signed in when it is loaded anew."""
    _bundle(plan, "const root =", "localStorage.clear();\nconst root =")


@fault(
    "tectonic",
    where="frontend",
    cause="browser.stale-service-worker",
    caught_by=checks.BROWSER_SECOND_VISIT,
    needs="browser",
)
def stale_service_worker(plan: Plan) -> None:
    """A service worker of an earlier build is deployed: it serves a page whose script is gone."""
    _bundle(
        plan,
        'window.addEventListener("popstate", render);',
        'await navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready);',
    )
    worker = """
      const page = '<!doctype html><div id="root"></div><script type="module" src="/assets/index-0ld.js"></script>';
      self.addEventListener("install", () => self.skipWaiting());
      self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
      self.addEventListener("fetch", (event) => {
        if (event.request.mode !== "navigate") return;
        event.respondWith(new Response(page, { headers: { "content-type": "text/html" } }));
      });
    """
    script = Answer(200, (("content-type", "text/javascript"),), worker.encode())
    when(plan.frontend, lambda request: request.path == "/sw.js", script)
    when(plan.frontend, lambda request: request.path == "/assets/index-0ld.js", Answer.text(404, "Not Found"))


@fault("trading", where="frontend", cause="browser.text-missing", caught_by=checks.BROWSER_SHOWS, needs="browser")
def badge_error(plan: Plan) -> None:
    """The dashboard reads a field that the summary no longer has: its badge says ERROR, and every request is 200."""
    _bundle(plan, "summary.backend_health.toUpperCase()", "summary.health.toUpperCase()")
