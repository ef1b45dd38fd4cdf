"""Watches a deploy through the platform's API during the readiness wait."""

from __future__ import annotations

import time
from collections.abc import Callable

from smokegate.environment.render import Render
from smokegate.knowledge.render_states import suspender
from smokegate.observation.plan.readiness_poll import Watch
from smokegate.observation.render.client import RenderApi
from smokegate.observation.render.collect import find, read_deploys
from smokegate.observation.render.model import ApiCause, ApiError, DeployView, RenderService, service
from smokegate.observation.transport.pool import Pool

QUICK, SLOWEST, QUICK_FOR = 0.4, 10.0, 20.0
"""Seconds between polls: initially, at most; seconds until they slow down. The API allows 400 requests a minute."""
GRACE = 5.0
"""Seconds for which an already finished deploy does not end the wait: a newer one may be about to start."""


class PlatformWatch(Watch):
    """Polls the deploy of the expected commit, or the latest; calls `hopeless` once if waiting is pointless."""

    def __init__(self, section: Render, pool: Pool, expected: str | None, hopeless: Callable[[str], None]) -> None:
        super().__init__(pool)
        self._section = section
        self._expected = expected
        self._hopeless = hopeless
        self._api = RenderApi(section, pool)
        self._ended_before: set[str] | None = None

    @property
    def requests(self) -> int:
        """Number of requests sent."""
        return self._api.requests

    def _check_once(self) -> float | None:
        try:
            why = self._judge()
        except ApiError as error:
            self.line = str(error)
            if error.cause in {ApiCause.REFUSED, ApiCause.FORBIDDEN}:
                return None  # permanent; the health check goes on
            why = None
        if why is not None and not self._stopped:
            self._hopeless(why)
            return None
        return pause_after(time.monotonic() - self._began)

    def _judge(self) -> str | None:
        """Poll once; return why waiting is pointless, if it is."""
        name = self._section.service
        raw = find(self._api, name)
        if raw is None:
            return f"Render knows no service {name} in the workspaces of this key"
        found = service(name, raw)
        if found.suspended:
            return (
                f"{name} is suspended by {', '.join(suspender(each)[0] for each in found.suspenders or ('unknown',))}"
            )
        found = read_deploys(self._api, found)
        self.commit = found.live.commit if found.live is not None else None
        deploy = found.of_commit(self._expected) if self._expected else found.latest
        self.healing = deploy is not None and deploy.meaning == "in progress"
        self.line = f"deploy: {deploy.status}" if deploy is not None else "no deploy of it yet"
        if self._ended_before is None:
            self._ended_before = {each.id for each in found.deploys if each.meaning != "in progress"}
        if deploy is None:
            # Enough time must have passed for the first to start.
            late = time.monotonic() - self._began > GRACE
            return f"{found.name} has never been deployed" if late and not found.deploys else None
        return self._why_ended(found, deploy)

    def _why_ended(self, found: RenderService, deploy: DeployView) -> str | None:
        if deploy.meaning in {"in progress", "live"}:
            return None
        if not self._expected and found.live is not None:
            return None  # an older version is live, and any version will do
        if deploy.id in (self._ended_before or ()) and time.monotonic() - self._began < GRACE:
            return None
        newer = found.latest is not deploy
        if newer and deploy.meaning in {"canceled", "superseded"}:
            return f"the deploy of {found.name} was overtaken by a newer one"
        because = f": {deploy.reason}" if deploy.reason else ""
        return f"the deploy of {found.name} ended as {deploy.status}{because}"


def pause_after(waited: float) -> float:
    """Return the seconds until the next poll, which grow with the time already waited."""
    return QUICK if waited < QUICK_FOR else min(SLOWEST, waited / QUICK_FOR)
