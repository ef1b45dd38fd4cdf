"""What an environment file may say: the frozen values that every later stage works from."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta, field
from msgspec.structs import replace

from smokegate.environment.addresses import origin, trace_link
from smokegate.environment.answers import Pattern
from smokegate.environment.backend import Backend, Endpoint, Expectation, Health, Monitoring, Sent
from smokegate.environment.browser import BrowserSection
from smokegate.environment.carried import Carried
from smokegate.environment.fields import Duration, Host, HostPort, Many, NotEmpty, Origin, Path, Secret
from smokegate.environment.notes import After, such_as
from smokegate.environment.render import Render, Unset
from smokegate.environment.section import Section, named
from smokegate.environment.signin import Account, SignIn
from smokegate.environment.variables import Hidden

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


class Frontend(Carried, frozen=True, kw_only=True):
    """The application's pages, where they are served by a host of their own."""

    url: Annotated[Origin, such_as("https://www.example.com")] = ""
    """Their public address. Required, except beside `[replica]`, which fills it in when it has started."""
    path: Path = "/"
    """The page to load."""
    contains: str | None = None
    """A text that the page contains."""
    calls: Origin | Literal[False] | None = None
    """The API address that its scripts must call, with its path; left out, the origin of `backend.url`. `false`: they
    call none, such as those of server-rendered pages."""


class Version(Sent, frozen=True, kw_only=True):
    """Where the deployed version can be read: a commit, a release, a build number or any other text.

    `from` names a vantage point that knows it; else `path` is requested. One of `header`, `field`, `meta` and `text`
    says where in the answer it is; `matches` takes a part of what stands there.
    """

    from_: Literal["platform", "label"] | None = named("from", None)
    """`"platform"`: the commit of the deploy that is live by `[render]`'s API; `"label"`: the label
    `org.opencontainers.image.revision` of the backend's container. Both say what runs, not what answers: where an
    answer says its version, take that."""
    path: Annotated[Path, such_as("/version")] = ""
    """The request that returns it."""
    header: Annotated[str | None, such_as("x-commit")] = None
    """The response header that holds it."""
    field: Annotated[str | None, such_as("build.commit")] = None
    """The key of the JSON body that holds it, with dots between levels."""
    meta: Annotated[str | None, such_as("version")] = None
    """The name of the `<meta>` element that holds it."""
    text: bool = False
    """`true`: the body is it, or `matches` finds it in the body."""
    matches: Annotated[Pattern | None, such_as("Version: (\\S{1,40})")] = None
    """A regular expression: its first group, or all that it finds, is the version."""
    compare: Literal["like a version", "exactly", "as a commit"] = "like a version"
    """How it is compared with `--expect-version` or `--expect-commit`: `"exactly"`; `"as a commit"`: one may be
    abbreviated to seven digits or more, with words around it as in `sha-7f3a6ce`; left out, either, and `v1.2`,
    `shop@1.2` and `1.2+build.7` are `1.2`."""


class Server(Section, frozen=True, kw_only=True):
    """A shell on the host that runs the containers: over `ssh` or `local`, one of the two."""

    ssh: Annotated[Host | None, such_as("ubuntu@app.example.com")] = None
    """`user@host` or a host of OpenSSH's own configuration, which also knows its port, key and jump host."""
    ssh_config: str | None = None
    """An OpenSSH configuration file to use instead of the user's."""
    local: bool = False
    """`true`: the suite runs on that host itself."""
    timeout: Duration = 20.0
    """The time limit of one command."""


class Compose(Section, frozen=True, kw_only=True):
    """The docker compose project on the server."""

    directory: Annotated[str, such_as("/home/ubuntu/app")]
    """The project's directory."""
    files: Many[str] = ()
    """Compose files to name, relative to the directory; left out, compose finds its own."""
    project: str | None = None
    """The project's name, where it is not the directory's."""
    profile: str | None = None
    """The profile that is deployed."""
    services: Many[str] = ()
    """The services that must run; left out, all of the profile."""
    backend: Annotated[str, such_as("backend")]
    """The service that answers for the backend."""
    port: Annotated[int, Meta(ge=1, le=65535), such_as(8000)]
    """The port on which the backend listens on the host."""
    database: str | None = None
    """The service that is the PostgreSQL database."""
    restart: Many[str] = ("always", "unless-stopped", "on-failure")
    """The restart policies that are good enough."""
    origin: Many[Path] = ("/health",)
    """The paths that are requested from the backend on the server itself."""


class Checks(Section, frozen=True, kw_only=True):
    """What a team's own checks may do with `deployment.client`."""

    writes: bool = False
    """`true`: they may send requests that change something."""
    secrets: dict[str, Secret] = field(default_factory=dict)
    """Secrets that they send, by name, each as `{ env = "NAME" }`: `deployment.client.secret("card")`."""


class Trace(Section, frozen=True, kw_only=True):
    """A W3C `traceparent` with every request, so that a red check is found in the team's own tracing."""

    link: Annotated[
        Annotated[str, After(trace_link)] | None, such_as("https://tracing.example.com/trace/{trace_id}")
    ] = None
    """Where a trace is shown; `{trace_id}` stands for its id."""


class ReplicaSection(Section, frozen=True, kw_only=True):
    """A stand-in that the run starts and checks instead of a deployment."""

    kind: Literal["tectonic", "trading", "render", "compose"]
    """Which one."""


class EnvironmentFile(Section, frozen=True, kw_only=True):
    """One deployment to check."""

    title: Annotated[NotEmpty, such_as("My application, staging")]
    """Its name for people."""
    control: Many[HostPort] = ("1.1.1.1:443", "api.github.com:443")
    """Distinguishes a runner without network from a dead target; contacted only when the target is not reached."""
    deadline: Duration = 120.0
    """How long the requests of a run may take in all, `--wait` apart; what is missing then counts as not judged."""
    ca_file: str | None = None
    """Certificate authorities to trust besides the system's: a PEM file, relative to this directory."""
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
