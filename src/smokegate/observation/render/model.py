"""The data of Render's API: frozen, without the key and the values of variables; any part of it may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from msgspec import Struct, field

from smokegate.knowledge.render_states import Meaning, database_meaning, deploy_meaning, failure
from smokegate.observation.evidence.version import same_commit

T = TypeVar("T")


class ApiCause(Enum):
    """Why the API could not be queried."""

    NO_KEY = "no-key"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    LIMITED = "limited"
    MISSING = "missing"
    DOWN = "down"


class ApiError(Exception):
    """A request to the API failed; the message is safe to show."""

    def __init__(self, cause: ApiCause, text: str) -> None:
        super().__init__(text)
        self.cause = cause


class DeployView(Struct, frozen=True):
    """One deploy."""

    id: str
    status: str
    commit: str | None = None
    trigger: str = ""
    created: str = ""
    finished: str = ""
    reason: str = ""
    """Why it failed, from its event."""

    @property
    def meaning(self) -> Meaning:
        """The meaning of its status."""
        return deploy_meaning(self.status)

    @property
    def label(self) -> str:
        """Its name for display."""
        commit = f"commit {self.commit[:12]}" if self.commit else "no commit"
        return f"{self.id} ({commit})"


class RenderService(Struct, frozen=True):
    """One service."""

    name: str
    id: str = ""
    found: bool = True
    type: str = ""
    dashboard: str = ""
    url: str = ""
    plan: str = ""
    region: str = ""
    auto_deploy: bool = False
    suspenders: tuple[str, ...] = ()
    suspended: bool = False
    health_path: str | None = None
    """None if the service type has none: a static site."""
    deploys: tuple[DeployView, ...] = ()
    """Newest first."""
    instances: int | None = None
    missing: tuple[str, ...] = ()
    """Required variables that are not set."""
    empty: tuple[str, ...] = ()
    """Required variables that are set but empty."""
    wrong: tuple[str, ...] = ()
    """Variables whose value differs from the declared one."""
    without: tuple[str, ...] = ()
    """Optional variables that are unset or empty."""
    unread: tuple[str, ...] = ()
    """The parts that could not be read, and why."""
    log: tuple[str, ...] = ()
    """The last log lines of a failed deploy."""

    @property
    def latest(self) -> DeployView | None:
        """The newest deploy."""
        return self.deploys[0] if self.deploys else None

    @property
    def live(self) -> DeployView | None:
        """The live deploy."""
        return next((each for each in self.deploys if each.meaning == "live"), None)

    def of_commit(self, commit: str) -> DeployView | None:
        """Return the newest deploy of a commit."""
        return next((each for each in self.deploys if same_commit(commit, each.commit)), None)


class RenderDatabase(Struct, frozen=True):
    """The PostgreSQL database."""

    name: str
    found: bool = True
    status: str = ""
    suspended: bool = False

    @property
    def is_away(self) -> bool:
        """Whether it is unavailable."""
        return not self.found or self.suspended or database_meaning(self.status) == "away"


class PlatformView(Struct, frozen=True):
    """Everything read from the API in one run."""

    cause: ApiCause | None = None
    """Why the API could not be queried; None if it could."""
    trouble: str = ""
    """The same, as a message."""
    services: Mapping[str, RenderService] = field(default_factory=dict)
    """By role: `backend`, `frontend`."""
    database: RenderDatabase | None = None
    database_trouble: str = ""
    """Why the state of the database could not be read."""
    requests: int = 0

    @property
    def backend(self) -> RenderService | None:
        """The backend's service."""
        return self.services.get("backend")


def text(value: Any, key: str) -> str:
    """Return a string of a JSON object, empty if there is none."""
    return _of_type(value, key, str)


def table(value: Any, key: str) -> dict[str, Any]:
    """Return a nested object of a JSON object, empty if there is none."""
    return _of_type(value, key, dict)


def items(value: Any, key: str) -> list[Any]:
    """Return a list in a JSON object, empty if there is none."""
    return _of_type(value, key, list)


def _of_type(value: Any, key: str, kind: type[T]) -> T:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, kind) else kind()


def is_suspended(value: dict[str, Any]) -> bool:
    """Return whether a service or database is suspended, which the API encodes as a string."""
    return text(value, "suspended") == "suspended"


def service(name: str, raw: dict[str, Any]) -> RenderService:
    """Return a service, without the parts that need further requests."""
    details = table(raw, "serviceDetails")
    kind = text(raw, "type")
    return RenderService(
        name=text(raw, "name") or name,
        id=text(raw, "id"),
        type=kind,
        dashboard=text(raw, "dashboardUrl"),
        url=text(details, "url"),
        plan=text(details, "plan"),
        region=text(details, "region"),
        auto_deploy=text(raw, "autoDeploy") == "yes",
        suspended=is_suspended(raw),
        suspenders=tuple(each for each in items(raw, "suspenders") if isinstance(each, str)),
        health_path=text(details, "healthCheckPath") if kind == "web_service" else None,
    )


def deploys(raw: list[dict[str, Any]], events: list[dict[str, Any]]) -> tuple[DeployView, ...]:
    """Return the deploys, newest first, each with the reason from its last event."""
    ended = {text(table(each, "details"), "deployId"): table(table(each, "details"), "reason") for each in events[::-1]}
    found = []
    for each in raw:
        reason = ended.get(text(each, "id"), {})
        found.append(
            DeployView(
                id=text(each, "id"),
                status=text(each, "status"),
                commit=text(table(each, "commit"), "id") or None,
                trigger=text(each, "trigger"),
                created=text(each, "createdAt"),
                finished=text(each, "finishedAt"),
                reason=failure(table(reason, "failure")),
            )
        )
    return tuple(sorted(found, key=lambda each: each.created, reverse=True))
