"""Faults that only a browser sees: every file is served and every request from here is answered well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.replica.faults.shaping import when
from smokegate.replica.messages import Answer

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan

"""The address of a file that is loaded at run time, in a form that no reader of the scripts finds."""


def bundle(plan: Plan, old: str, new: str) -> None:
    """Build the page with one change of its script."""
    plan.options["bundle"] = (*plan.options.get("bundle", ()), (old, new))


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


def hopeful_register(plan: Plan) -> None:
    """The page registers at a path that is not there, takes the 404 for success and shows a dashboard."""
    bundle(plan, '"/auth/register"', '"/auth/signup"')
    bundle(plan, "if (!response.ok) throw", "if (response.status === 500) throw")
    bundle(plan, 'location.assign("/login");', "")


def token_undefined(plan: Plan) -> None:
    """The page reads the token under another key than the API gives it."""
    bundle(plan, "session.access_token", "session.token")
    bundle(plan, 'location.assign("/login");', "")


def stale_service_worker(plan: Plan) -> None:
    """A service worker of an earlier build is deployed: it serves a page whose script is gone."""
    bundle(
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
