"""What an environment file may say: the frozen values that every later stage works from.

A string after a field is its documentation: `docs/environments.md` and the JSON schema are made of them.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from smokegate.environment.fields import Duration, Origin, Path, ReadMethod, Secret, Severity, Status
from smokegate.environment.promises import JsonPromises


class Section(BaseModel):
    """A table of the file: frozen, and strict about keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Promise(Section):
    """What one request must answer."""

    status: Status = 200
    """The HTTP status it answers."""
    json_: JsonPromises = Field(default=(), alias="json")
    """What its JSON body says: key by key the value itself, or a rule such as `{ one_of = ["a", "b"] }`."""
    contains: str | None = None
    """A text that its body contains."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Response headers and the value that each has."""
    within: Duration | None = None
    """Latency budget: from the request on a warm connection to the last byte. Missing it is a warning, not a failure."""
    touches: tuple[Literal["database"], ...] = ()
    """What the answer depends on. A suite in which no gating promise touches the database passes with a warning only."""


class Health(Promise):
    """The health check of the backend."""

    path: Path = "/health"
    """Where it is."""
    samples: int = Field(default=5, ge=1, le=50)
    """How often it is asked, so that an outage of some instances only is seen as that."""


class Endpoint(Promise):
    """One further promise of the backend."""

    path: Path
    """Where it is, with its query if it has one."""
    method: ReadMethod = "GET"
    """How it is asked: only methods that change nothing."""
    send: dict[str, str | Secret] = Field(default_factory=dict)
    """Request headers to send, secrets as `{ env = "NAME" }`."""
    severity: Severity = "gate"
    """`"advisory"`: a broken promise is told as a warning and does not fail the gate."""


class Monitoring(Section):
    """A monitoring summary that answers 200 whatever it has to tell."""

    path: Path
    """Where it is."""
    field: str = "backend_health"
    """The key that holds the status."""
    healthy: tuple[str, ...] = ("healthy",)
    """The values that mean all is well."""
    degraded: tuple[str, ...] = ("degraded",)
    """The values that mean it works in part."""
    unhealthy: tuple[str, ...] = ("unhealthy",)
    """The values that mean it reports trouble. Every other value, `"error"` above all, always fails."""
    on_degraded: Severity = "advisory"
    """What a degraded status does to the gate."""
    on_unhealthy: Severity = "advisory"
    """What an unhealthy status does to the gate."""
    age_field: str | None = None
    """The key that holds the age of the data in seconds."""
    fresh_within: Duration | None = None
    """How old the data may be."""
    on_stale: Severity = "gate"
    """What stale data, or an age that is null, does to the gate."""
    within: Duration | None = None
    """Latency budget, as for an endpoint."""
    touches: tuple[Literal["database"], ...] = ()
    """What the answer depends on, as for an endpoint."""


class Backend(Section):
    """The application's server side, as its users reach it."""

    url: Origin
    """Its public address."""
    wait: Duration = 300.0
    """How long a bare `--wait` waits until it is healthy."""
    timeout: Duration = 10.0
    """The deadline of one request, from the name lookup to the last byte."""
    certificate_days: int = Field(default=14, ge=0)
    """A certificate that expires sooner than this many days is told as a warning."""
    health: Health = Health()
    """The health check."""
    endpoints: tuple[Endpoint, ...] = ()
    """Further promises, each a `[[backend.endpoints]]`."""
    monitoring: Monitoring | None = None
    """The monitoring summary."""


class Frontend(Section):
    """The application's pages, where they are served by a host of their own."""

    url: Origin
    """Their public address."""
    path: Path = "/"
    """The page to load."""
    contains: str | None = None
    """A text that the page contains."""
    calls: Origin | None = None
    """The API address that its bundle must call; left out, the origin of `backend.url`."""


class Account(Section):
    """A standing account for environments in which none may be created."""

    email: Secret
    """Its e-mail address, as `{ env = "NAME" }`."""
    password: Secret
    """Its password, as `{ env = "NAME" }`."""


class SignIn(Section):
    """The sign-in API: register, log in, see the account, log out, log in again."""

    register_: Path | None = Field(default=None, alias="register")
    """Where an account is created (POST)."""
    login: Path
    """Where one logs in (POST)."""
    account: Path
    """Where the signed-in account is shown (GET with a bearer token)."""
    delete: Path | None = None
    """Where an account deletes itself (DELETE with its bearer token); used to clean up what a run created."""
    creates_accounts: bool = False
    """Whether a run may create an account; without it the journey signs in with `account_of`."""
    standing: Account | None = None
    """The standing account to sign in with."""
    email_domain: str = "example.com"
    """The domain of created addresses: `smokegate+RANDOM@` this."""
    token: str = "access_token"
    """The key of the answer that holds the token."""
    identity: str = "id"
    """The key of the answer and of the account view that tells one account from another."""


class Version(Section):
    """Where the deployed commit can be read."""

    path: Path
    """The request that tells it."""
    header: str | None = None
    """The response header that holds it."""
    field: str | None = None
    """The key of the JSON body that holds it, with dots between levels."""


class Server(Section):
    """A shell on the host that runs the containers."""

    ssh: str | None = None
    """`user@host` or a host of OpenSSH's own configuration."""
    ssh_config: str | None = None
    """An OpenSSH configuration file to use instead of the user's."""
    local: bool = False
    """`true`: the suite runs on that host itself."""
    timeout: Duration = 20.0
    """The time limit of one command."""


class Compose(Section):
    """The docker compose project on the server."""

    directory: str
    """The project's directory."""
    files: tuple[str, ...] = ()
    """Compose files to name, relative to the directory; left out, compose finds its own."""
    project: str | None = None
    """The project's name, where it is not the directory's."""
    profile: str | None = None
    """The profile that is deployed."""
    services: tuple[str, ...] = ()
    """The services that must run; left out, all of the profile."""
    backend: str
    """The service that answers for the backend."""
    port: int = Field(ge=1, le=65535)
    """The port on which the backend listens on the host."""
    database: str | None = None
    """The service that is the PostgreSQL database."""
    restart: tuple[str, ...] = ("always", "unless-stopped", "on-failure")
    """The restart policies that are good enough."""
    origin: tuple[Path, ...] = ("/health",)
    """What the backend is asked from the server itself."""


class ReplicaSection(Section):
    """A stand-in that the run starts and checks instead of a deployment."""

    kind: Literal["tectonic", "trading", "compose"]
    """Which one."""


class Environment(Section):
    """One deployment to check."""

    name: str
    """The file's name without its ending; not written in the file."""
    title: str
    """What a person calls it."""
    control: tuple[str, ...] = ("1.1.1.1:443", "api.github.com:443")
    """`host:port` addresses that tell a runner without network from a dead target; asked only when the target's host can not be reached."""
    backend: Backend
    """See below."""
    frontend: Frontend | None = None
    """See below."""
    sign_in: SignIn | None = None
    """See below."""
    version: Version | None = None
    """See below."""
    server: Server | None = None
    """See below."""
    compose: Compose | None = None
    """See below."""
    replica: ReplicaSection | None = None
    """See below."""
    secrets: frozenset[str] = frozenset()
    """Every value that came from a secret variable, for redaction; not written in the file."""
    ca_file: str | None = None
    """Certificate authorities to trust besides the system's, as a PEM file."""


