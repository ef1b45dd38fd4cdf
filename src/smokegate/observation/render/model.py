"""What Render's API said: frozen, without the key and without the value of any variable."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct, field

from smokegate.knowledge.render_states import Meaning, database_meaning, deploy_meaning
from smokegate.observation.evidence.version import same_commit


class ApiCause(Enum):
    """Why the API could not be queried."""

    NO_KEY = "no-key"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    LIMITED = "limited"
    MISSING = "missing"
    DOWN = "down"


class ApiError(Exception):
    """A request to the API failed; the text is safe to show."""

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
    """Why it failed, by its event, in words."""

    @property
    def meaning(self) -> Meaning:
        """What its status means."""
        return deploy_meaning(self.status)

    @property
    def label(self) -> str:
        """What a person calls it."""
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
    """None where the service has none to set: a static site."""
    deploys: tuple[DeployView, ...] = ()
    """Newest first."""
    instances: int | None = None
    missing: tuple[str, ...] = ()
    """The required variables that are not set."""
    empty: tuple[str, ...] = ()
    """Those that are set to an empty text."""
    wrong: tuple[str, ...] = ()
    """Those that have another value than the file declares."""
    without: tuple[str, ...] = ()
    """The optional variables that are not set, or are set to an empty text."""
    unread: tuple[str, ...] = ()
    """What of it could not be read, and why."""
    log: tuple[str, ...] = ()
    """The last lines of the log of a deploy that failed."""

    @property
    def latest(self) -> DeployView | None:
        """The newest deploy."""
        return self.deploys[0] if self.deploys else None

    @property
    def live(self) -> DeployView | None:
        """The deploy that is live, by the API."""
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
        """Whether nothing can use it."""
        return not self.found or self.suspended or database_meaning(self.status) == "away"


class PlatformView(Struct, frozen=True):
    """Everything that the API said in one run."""

    cause: ApiCause | None = None
    """Why no request could be sent; None where it could."""
    trouble: str = ""
    """The same in words."""
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
