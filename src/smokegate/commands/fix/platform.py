"""What may be done on Render, and what executes it: resume, deploy a commit, restart, roll back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator
from typing import Any

from msgspec import Struct

from smokegate.commands.fix.plan import ALL_TRIED, QUICK, Action
from smokegate.commands.fix.remedies import Kind, Refusal, Remedy
from smokegate.environment.render import Render
from smokegate.observation.evidence.version import same_commit
from smokegate.observation.render.client import RenderApi
from smokegate.observation.render.collect import find, read_deploys
from smokegate.observation.render.model import ApiError, PlatformView, RenderService, service
from smokegate.report.model import EnvironmentReport

PACE, SLOWEST = 2.0, 10.0
"""Seconds between two looks at a deploy that is waited for: at first, and when it takes long."""
OTHERS = "it is suspended by Render or by another service's suspension, which only they lift"
BUSY = "a deploy is in progress: wait for it, another one now would only overtake it"
NO_WAY_BACK = "no earlier deploy was live"


def actions(
    report: EnvironmentReport,
    remedy: Remedy,
    tried: Collection[Action],
    *,
    rollback: bool,
    green: Collection[str] = (),
) -> tuple[Action, ...] | Refusal:
    """Return what to do on the platform, without what was tried already, or why nothing is done."""
    found = _backend(report)
    if isinstance(found, Refusal):
        return found
    latest = found.latest
    if latest is not None and latest.meaning == "in progress":
        return Refusal(BUSY)
    if found.suspended and set(found.suspenders) != {"user"}:
        return Refusal(OTHERS)
    kinds = tuple(each for each in remedy.kinds if rollback or each is not Kind.ROLLBACK)
    wanted = tuple(action for kind in kinds for action in _of_kind(kind, found, report, green))
    left = tuple(each for each in wanted if each not in tried)
    if left:
        return left
    if Kind.ROLLBACK in remedy.kinds and not rollback:
        return Refusal("what is left is to roll back to the deploy before: --allow-rollback")
    return Refusal(ALL_TRIED if tried else NO_WAY_BACK)


def _backend(report: EnvironmentReport) -> RenderService | Refusal:
    """Return the service to act on, or why it cannot be acted on."""
    view = report.observation.platform
    if not isinstance(view, PlatformView) or view.cause is not None:
        return Refusal(f"the platform could not be queried: {view.trouble if view else 'no data was collected'}")
    found = view.backend
    if found is None or not found.found:
        return Refusal("the service is not there: a person must create it")
    return found


def _of_kind(kind: Kind, found: RenderService, report: EnvironmentReport, green: Collection[str]) -> Iterator[Action]:
    path = f"/services/{found.id}"
    if kind is Kind.RESUME and found.suspended:
        yield Action(kind, (found.name,), (("POST", f"{path}/resume", "{}"),), QUICK)
    elif kind is Kind.RESTART and found.live is not None:
        yield Action(kind, (found.name,), (("POST", f"{path}/restart", "{}"),), QUICK)
    elif kind is Kind.DEPLOY:
        commit = report.observation.expected_commit or (found.latest.commit if found.latest else None)
        body = json.dumps({"commitId": commit} if commit else {})
        yield Action(kind, (found.name,), (("POST", f"{path}/deploys", body),), QUICK)
    elif kind is Kind.ROLLBACK:
        now = found.live.commit if found.live else None
        earlier = [e for e in found.deploys if e.meaning == "superseded" and e.commit and e.commit != now]
        # That it was live says little: the last one that a run here saw green is the better choice.
        seen = [e for e in earlier if any(same_commit(version, e.commit) for version in green)]
        if earlier:
            body = json.dumps({"deployId": (seen or earlier)[0].id})
            yield Action(kind, (found.name,), (("POST", f"{path}/rollback", body),), QUICK)


class PlatformExecutor(Struct):
    """Executes through the platform's API, and shows the progress of a deploy."""

    section: Render
    api: RenderApi
    say: Callable[[str], None]
    pause: Callable[[float], object] = time.sleep
    before: set[str] = set()
    """The deploys that there were before the last action."""
    deploys: bool = False
    """Whether the last action leads to a deploy."""
    resumed: bool = False

    def commands(self, action: Action) -> tuple[str, ...]:
        """Return the exact requests of an action."""
        return tuple(f"{method} {self.section.api}{path} {body}" for method, path, body in action.commands)

    def do(self, action: Action) -> str | None:
        """Send the requests of an action, each once: one whose response was lost is not sent again."""
        try:
            self.before = {each.id for each in self._service_now().deploys}
            for _, path, body in action.commands:
                self.api.post(path, json.loads(body))
        except ApiError as error:
            return str(error)
        self.deploys, self.resumed = action.kind is not Kind.RESTART, action.kind is Kind.RESUME
        if action.kind is Kind.ROLLBACK:
            self.say("auto-deploy stays as it is: where it is on, the next push deploys the newer code again")
        return None

    def settle(self, services: Collection[str], limit: float) -> str | None:  # noqa: ARG002 -- as the protocol has it
        """Wait until the deploy that was started is live; returns why it is not, if `limit` seconds pass."""
        if not self.deploys:
            return None
        began, last = time.monotonic(), ""
        while (waited := time.monotonic() - began) < limit:
            try:
                found = self._service_now()
            except ApiError as error:
                return str(error)
            new = next((each for each in found.deploys if each.id not in self.before), None)
            status = new.status if new else "suspended" if found.suspended else "no new deploy yet"
            if status != last:
                self.say(f"deploy of {found.name}: {status}")
                last = status
            if new is not None and new.meaning != "in progress":
                return None if new.meaning == "live" else f"the deploy ended as {new.status} {new.reason}".strip()
            if new is None and self.resumed and found.live is not None and not found.suspended:
                return None  # Render may start what was live without a new deploy
            self.pause(min(max(PACE, waited / 20), SLOWEST, max(0.01, limit / 20)))
        return f"the deploy was not live after {limit:.0f} s: {last}"

    def _service_now(self) -> RenderService:
        raw: dict[str, Any] | None = find(self.api, self.section.service)
        if raw is None:
            return RenderService(self.section.service, found=False)
        return read_deploys(self.api, service(self.section.service, raw))
