"""What an environment file may say: the frozen values that every later stage works from."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from smokegate.environment.addresses import origin, trace_link
from smokegate.environment.answers import Pattern
from smokegate.environment.backend import Backend, Endpoint, Expectation, Health, Monitoring, Sent
from smokegate.environment.browser import BrowserSection
from smokegate.environment.carried import Carried
from smokegate.environment.fields import Duration, Host, HostPort, Many, Origin, Path, Secret
from smokegate.environment.render import Render, Unset
from smokegate.environment.section import Section
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


class Frontend(Carried):
    """The application's pages, where they are served by a host of their own."""

    url: Origin = Field(default="", examples=["https://www.example.com"])
    """Their public address. Required, except beside `[replica]`, which fills it in when it has started."""
    path: Path = "/"
    """The page to load."""
    contains: str | None = None
    """A text that the page contains."""
    calls: Origin | Literal[False] | None = None
    """The API address that its scripts must call, with its path; left out, the origin of `backend.url`. `false`: they
    call none, such as those of server-rendered pages."""


class Version(Sent):
    """Where the deployed version can be read: a commit, a release, a build number or any other text.

    `from` names a vantage point that knows it; else `path` is requested. One of `header`, `field`, `meta` and `text`
    says where in the answer it is; `matches` takes a part of what stands there.
    """

    from_: Literal["platform", "label"] | None = Field(default=None, alias="from")
    """`"platform"`: the commit of the deploy that is live by `[render]`'s API; `"label"`: the label
    `org.opencontainers.image.revision` of the backend's container. Both say what runs, not what answers: where an
    answer says its version, take that."""
    path: Path = Field(default="", examples=["/version"])
    """The request that returns it."""
    header: str | None = Field(default=None, examples=["x-commit"])
    """The response header that holds it."""
    field: str | None = Field(default=None, examples=["build.commit"])
    """The key of the JSON body that holds it, with dots between levels."""
    meta: str | None = Field(default=None, examples=["version"])
    """The name of the `<meta>` element that holds it."""
    text: bool = False
    """`true`: the body is it, or `matches` finds it in the body."""
    matches: Pattern | None = Field(default=None, examples=["Version: (\\S{1,40})"])
    """A regular expression: its first group, or all that it finds, is the version."""
    compare: Literal["like a version", "exactly", "as a commit"] = "like a version"
    """How it is compared with `--expect-version` or `--expect-commit`: `"exactly"`; `"as a commit"`: one may be
    abbreviated to seven digits or more, with words around it as in `sha-7f3a6ce`; left out, either, and `v1.2` is
    `1.2`."""


class Server(Section):
    """A shell on the host that runs the containers: over `ssh` or `local`, one of the two."""

    ssh: Host | None = Field(default=None, examples=["ubuntu@app.example.com"])
    """`user@host` or a host of OpenSSH's own configuration, which also knows its port, key and jump host."""
    ssh_config: str | None = None
    """An OpenSSH configuration file to use instead of the user's."""
    local: bool = False
    """`true`: the suite runs on that host itself."""
    timeout: Duration = 20.0
    """The time limit of one command."""


class Compose(Section):
    """The docker compose project on the server."""

    directory: str = Field(examples=["/home/ubuntu/app"])
    """The project's directory."""
    files: Many[str] = ()
    """Compose files to name, relative to the directory; left out, compose finds its own."""
    project: str | None = None
    """The project's name, where it is not the directory's."""
    profile: str | None = None
    """The profile that is deployed."""
    services: Many[str] = ()
    """The services that must run; left out, all of the profile."""
    backend: str = Field(examples=["backend"])
    """The service that answers for the backend."""
    port: int = Field(ge=1, le=65535, examples=[8000])
    """The port on which the backend listens on the host."""
    database: str | None = None
    """The service that is the PostgreSQL database."""
    restart: Many[str] = ("always", "unless-stopped", "on-failure")
    """The restart policies that are good enough."""
    origin: Many[Path] = ("/health",)
    """The paths that are requested from the backend on the server itself."""


class Checks(Section):
    """What a team's own checks may do with `deployment.client`."""

    writes: bool = False
    """`true`: they may send requests that change something."""
    secrets: dict[str, Secret] = Field(default_factory=dict)
    """Secrets that they send, by name, each as `{ env = "NAME" }`: `deployment.client.secret("card")`."""


class Trace(Section):
    """A W3C `traceparent` with every request, so that a red check is found in the team's own tracing."""

    link: Annotated[str, AfterValidator(trace_link)] | None = Field(
        default=None, examples=["https://tracing.example.com/trace/{trace_id}"]
    )
    """Where a trace is shown; `{trace_id}` stands for its id."""


class ReplicaSection(Section):
    """A stand-in that the run starts and checks instead of a deployment."""

    kind: Literal["tectonic", "trading", "render", "compose"]
    """Which one."""


class EnvironmentFile(Section):
    """One deployment to check."""

    title: str = Field(min_length=1, examples=["My application, staging"])
    """Its name for people."""
    control: Many[HostPort] = ("1.1.1.1:443", "api.github.com:443")
    """Distinguishes a runner without network from a dead target; contacted only when the target is not reached."""
    deadline: Duration = 120.0
    """How long the requests of a run may take in all, `--wait` apart; what is missing then counts as not judged."""
    ca_file: str | None = None
    """Certificate authorities to trust besides the system's: a PEM file, relative to this directory."""
    backend: Backend = Field(default_factory=Backend)
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
    checks: Checks = Field(default_factory=Checks)
    """What own checks may do."""
    replica: ReplicaSection | None = None
    """A stand-in instead of a deployment."""


class Environment(EnvironmentFile):
    """One deployment to check: what its file says, and what loading it found out."""

    name: str
    """The file's name without its ending."""
    secrets: frozenset[str] = Field(default=frozenset(), repr=False)
    """Every value that came from a secret variable, for redaction."""
    file: str = ""
    """The name of its file."""
    missing: tuple[str, ...] = ()
    """Variables of `sign_in.standing` that are not set, so that the standing account is not known."""

    uncovered: tuple[str, ...] = ()
    """What the file declares and the run leaves out, since a key that it can do without is not set."""

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
        InvalidValueError: an address is no address (a `ValueError`).
    """
    changed: dict[str, object] = {}
    if backend_url is not None:
        changed["backend"] = environment.backend.model_copy(update={"url": origin(backend_url)})
    if frontend_url is not None and environment.frontend is not None:
        changed["frontend"] = environment.frontend.model_copy(update={"url": origin(frontend_url)})
    if ca_file is not None:
        changed["ca_file"] = ca_file
    if platform is not None and environment.render is not None:
        api, key = platform
        changed["render"] = environment.render.model_copy(update={"api": api, "key": Hidden(key) if key else Unset()})
        changed["secrets"] = environment.secrets | ({key} if key else set())
    return environment.model_copy(update=changed)
