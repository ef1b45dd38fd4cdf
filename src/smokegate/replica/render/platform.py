"""Render's control plane as data: services and deploys whose states follow from the time, as its API reports them.

Shapes and states follow Render's public OpenAPI description and recorded traffic, as of November 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import Any

ENDED = frozenset({"live", "deactivated", "build_failed", "update_failed", "canceled", "pre_deploy_failed"})
WAY = ("created", "build_in_progress", "update_in_progress")
"""What a deploy passes through on its way, without a pre-deploy command."""
OWNER = "tea-c0ffee0000000000000a"


def identifier(prefix: str, name: str) -> str:
    """Return an id as Render's look, the same in every run."""
    return f"{prefix}-{sha256(name.encode()).hexdigest()[:20]}"


@dataclass
class Deploy:
    """One deploy: `path` is when, in seconds after its start, it enters which state."""

    commit: str | None
    path: tuple[tuple[float, str], ...]
    instance: int = 0
    """Which instance of the replica answers once it is live."""
    trigger: str = "new_commit"
    failure: dict[str, Any] | None = None
    """The `failureReason` of its last event."""
    began: float = 0.0
    id: str = ""
    ended_by: tuple[float, str] | None = None
    """When a newer deploy or a person ended it before its time, and as what."""

    def status(self, now: float) -> str:
        """Return the state that it is in, regardless of newer deploys."""
        if self.ended_by is not None and now >= self.ended_by[0]:
            return self.ended_by[1]
        return next((word for after, word in reversed(self.path) if now - self.began >= after), self.path[0][1])

    def finished(self, now: float) -> float | None:
        """Return when it ended, in seconds after its start; None while it goes on."""
        status = self.status(now)
        if status not in ENDED:
            return None
        return self.ended_by[0] - self.began if self.ended_by and now >= self.ended_by[0] else self.path[-1][0]


def through(*words: str, each: float = 0.1) -> tuple[tuple[float, str], ...]:
    """Return a path that stays in each state for so many seconds, the last one for good."""
    return tuple((number * each, word) for number, word in enumerate(words))


@dataclass
class Service:
    """One service of the workspace."""

    name: str
    type: str = "web_service"
    url: str = ""
    suspenders: list[str] = field(default_factory=list)
    health_path: str = "/health"
    plan: str = "starter"
    variables: dict[str, str] = field(default_factory=dict)
    deploys: list[Deploy] = field(default_factory=list)
    """Newest first."""
    logs: list[str] = field(default_factory=list)
    queues: bool = False
    """Whether a deploy that is requested is only queued: 202 with an empty body."""
    lag: float = 0.0
    """Seconds by which the edge is behind the control plane."""
    restarts: int = 0
    route: Callable[[float], Deploy | None] | None = None
    """What the edge serves, where that is not what the control plane says."""

    @property
    def id(self) -> str:
        """The id."""
        return identifier("srv", self.name)

    def add(self, deploy: Deploy, now: float) -> Deploy:
        """Begin a deploy; one that is under way is superseded."""
        for older in self.deploys:
            if older.finished(now) is None:
                older.ended_by = (now, "canceled")
        deploy.began = now
        deploy.id = identifier("dep", f"{self.name} {len(self.deploys)}")
        self.deploys.insert(0, deploy)
        return deploy

    def live(self, now: float) -> Deploy | None:
        """Return the deploy that is live: the newest that came so far."""
        return next((each for each in self.deploys if each.began <= now and each.status(now) == "live"), None)

    def served(self, now: float) -> Deploy | None:
        """Return the deploy that the edge serves."""
        return self.live(now - self.lag) if self.route is None else self.route(now)

    def status(self, deploy: Deploy, now: float) -> str:
        """Return a deploy's state; a newer one that is live has deactivated it."""
        live = self.live(now)
        superseded = live is not None and self.deploys.index(live) < self.deploys.index(deploy)
        status = deploy.status(now)
        return "deactivated" if superseded and status == "live" else status


@dataclass
class Platform:
    """A workspace, and how its API behaves."""

    key: str
    services: dict[str, Service] = field(default_factory=dict)
    """By name."""
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    """Environment groups by name: their variables. Each is linked to every service."""
    database: dict[str, Any] = field(default_factory=lambda: {"status": "available", "suspended": "not_suspended"})
    refuses: int | None = None
    """The status with which every request is answered; 202 has no body."""
    forbids: tuple[str, ...] = ()
    """Ends of the paths that the key may not read."""
    limit: int = 400
    """Requests a minute."""
    seen: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of every request."""
    clock: Callable[[], float] = monotonic
    _begun: bool = False

    def by_id(self, identity: str) -> Service | None:
        """Return the service with an id."""
        return next((each for each in self.services.values() if each.id == identity), None)

    def stamp(self, at: float) -> str:
        """Return a moment as the API writes it."""
        return (datetime.now(UTC) + timedelta(seconds=at - self.clock())).isoformat().replace("+00:00", "Z")

    def begin(self) -> None:
        """With the first request the time begins: the newest deploys begin now, older ones were over long ago."""
        if self._begun:
            return
        self._begun, now = True, self.clock()
        for service in self.services.values():
            for age, deploy in enumerate(service.deploys):
                over = age > 0 or len(deploy.path) == 1
                deploy.began += now - (3600.0 * (age + 1) if over else 0.0)
                deploy.id = identifier("dep", f"{service.name} {len(service.deploys) - 1 - age}")
