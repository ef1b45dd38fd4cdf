"""What an environment file may say: the frozen values that every later stage works from."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import field
from msgspec.structs import replace

from smokegate.environment.addresses import origin, trace_link
from smokegate.environment.backend import Backend, Endpoint, Expectation, Health, Monitoring
from smokegate.environment.browser import BrowserSection
from smokegate.environment.fields import Duration, HostPort, Many, NotEmpty, Origin, Path, Secret
from smokegate.environment.notes import After, such_as
from smokegate.environment.render import Render, Unset
from smokegate.environment.request_options import RequestOptions
from smokegate.environment.section import Section
from smokegate.environment.server import Compose, Server
from smokegate.environment.signin import Account, SignIn
from smokegate.environment.variables import Hidden
from smokegate.environment.version import Version

__all__ = [
    "Account",
    "Backend",
    "Checks",
    "Compose",
    "Endpoint",
    "Environment",
    "EnvironmentFile",
    "Expectation",
    "Frontend",
    "Health",
    "Monitoring",
    "Render",
    "ReplicaSection",
    "Section",
    "Server",
    "SignIn",
    "Version",
    "with_addresses",
]


class Frontend(RequestOptions, frozen=True, kw_only=True):
    """The frontend, if it has its own address."""

    url: Annotated[Origin, such_as("https://www.example.com")] = ""
    """Its public address. Required, except with `[replica]`, which fills it in when it has started."""
    path: Path = "/"
    """The page to load."""
    contains: str | None = None
    """Text that the page must contain."""
    calls: Origin | Literal[False] | None = None
    """The API address, with its path, that its scripts must call; by default the origin of `backend.url`. `false`: they
    call no API, as with server-rendered pages."""


class Checks(Section, frozen=True, kw_only=True):
    """What your own checks may do with `deployment.client`."""

    writes: bool = False
    """`true`: they may send requests that change data."""
    secrets: dict[str, Secret] = field(default_factory=dict)
    """Secrets that they may send, by name, each as `{ env = "NAME" }`: `deployment.client.secret("card")`."""


class Trace(Section, frozen=True, kw_only=True):
    """Sends a W3C `traceparent` header with every request, so that you can find it in your tracing system."""

    link: Annotated[
        Annotated[str, After(trace_link)] | None, such_as("https://tracing.example.com/trace/{trace_id}")
    ] = None
    """The address of a trace, for links in the report; `{trace_id}` stands for its id."""


class ReplicaSection(Section, frozen=True, kw_only=True):
    """A sample deployment that the run starts and checks."""

    kind: Literal["tectonic", "trading", "render", "compose"]
    """Which sample deployment."""


class EnvironmentFile(Section, frozen=True, kw_only=True):
    """One deployment to check."""

    title: Annotated[NotEmpty, such_as("My application, staging")]
    """Its name in reports."""
    control: Many[HostPort] = ("1.1.1.1:443", "api.github.com:443")
    """Hosts that distinguish a runner without network from a dead target. They are contacted only if the target
    cannot be reached."""
    deadline: Duration = 120.0
    """How long all requests of a run may take, without `--wait`. Checks without a response by then are not judged."""
    ca_file: str | None = None
    """Certificate authorities to trust in addition to the system's: a PEM file, relative to this directory."""
    backend: Backend = field(default_factory=Backend)
    """The application's server side."""
    frontend: Frontend | None = None
    """The application's pages."""
    sign_in: SignIn | None = None
    """The sign-in journey."""
    version: Version | None = None
    """The deployed version."""
    server: Server | None = None
    """The view from the server."""
    compose: Compose | None = None
    """The containers on the server."""
    browser: BrowserSection | None = None
    """What a user's browser shows."""
    render: Render | None = None
    """The platform: what Render's API says of the services."""
    trace: Trace | None = None
    """Traces of the requests."""
    checks: Checks = field(default_factory=Checks)
    """What own checks may do."""
    replica: ReplicaSection | None = None
    """A stand-in instead of a deployment."""


class Environment(EnvironmentFile, frozen=True, kw_only=True):
    """One deployment to check: what its file says, and what loading it found out."""

    name: str
    """The file's name without its ending."""
    secrets: frozenset[str] = frozenset()
    """Every value that came from a secret variable, for redaction."""
    file: str = ""
    """The name of its file."""
    missing: tuple[str, ...] = ()
    """Variables of `sign_in.standing` that are not set, so that the standing account is not known."""

    uncovered: tuple[str, ...] = ()
    """What the file declares and the run leaves out, since a key that it can do without is not set."""

    def __repr__(self) -> str:
        return f"Environment({self.name!r})"  # no value: some of them are secrets

    @property
    def file_shown(self) -> str:
        """What messages call its file."""
        return f"environments/{self.file or f'{self.name}.toml'}"

    @property
    def frontend_shares_host(self) -> bool:
        """Whether the pages are served by the backend's own host and port."""
        frontend = self.frontend
        return frontend is not None and urlsplit(frontend.url).netloc == urlsplit(self.backend.url).netloc

    @property
    def pages_url(self) -> str:
        """The address whose pages a browser opens."""
        declared = self.browser.url if self.browser is not None else None
        return declared or (self.frontend.url if self.frontend is not None else "") or self.backend.url


def with_addresses(
    environment: Environment,
    *,
    backend_url: str | None = None,
    frontend_url: str | None = None,
    ca_file: str | None = None,
    platform: tuple[str, str] | None = None,
) -> Environment:
    """Fill in the addresses of a replica that has started; what is None stays, as does a missing frontend.

    `platform` is the address of the platform's API and the key to it.

    Raises:
        InvalidValueError: an address cannot be used (a `ValueError`).
    """
    changed: dict[str, object] = {}
    if backend_url is not None:
        changed["backend"] = replace(environment.backend, url=origin(backend_url))
    if frontend_url is not None and environment.frontend is not None:
        changed["frontend"] = replace(environment.frontend, url=origin(frontend_url))
    if ca_file is not None:
        changed["ca_file"] = ca_file
    if platform is not None and environment.render is not None:
        api, key = platform
        changed["render"] = replace(environment.render, api=api, key=Hidden(key) if key else Unset())
        changed["secrets"] = environment.secrets | ({key} if key else set())
    return replace(environment, **changed)
