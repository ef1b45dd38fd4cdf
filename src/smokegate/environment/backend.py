"""The `[backend]` section: what the application's server side promises."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from smokegate.environment.answers import HeaderRules, StatusField, TextField, allows
from smokegate.environment.expectations import JsonExpectations
from smokegate.environment.fields import Duration, Many, Method, NotEmpty, Origin, Path, Severity
from smokegate.environment.notes import such_as
from smokegate.environment.request_fields import Fields
from smokegate.environment.request_options import RequestOptions
from smokegate.environment.section import named


class Sent(RequestOptions, frozen=True, kw_only=True):
    """How one request is sent; takes precedence over `[backend]`."""

    anonymous: bool = False
    """`true`: sent without the headers, credentials and client certificate of `[backend]`, to check that a client
    without them is refused."""
    timeout: Duration | None = None
    """The deadline of this request; by default that of `[backend]`."""


class Expectation(Sent, frozen=True, kw_only=True):
    """What one request must answer."""

    status: StatusField = 200
    """The expected HTTP status."""
    json_: JsonExpectations = named("json", ())
    """What its JSON body must contain: for each key the value, or a rule such as `{ one_of = ["a", "b"] }`."""
    contains: str | None = None
    """Text that the body must contain. Its opposite ("unhealthy", "not ready") does not count."""
    text: TextField = None
    """The whole body as text, without surrounding white space, or rules for it; `""` means an empty body."""
    headers: HeaderRules = field(default_factory=dict)
    """Response headers, each with its value or rules for it."""
    within: Duration | None = None
    """Latency budget, from the request on a warm connection to the last byte. Exceeding it is only a warning."""
    touches: Many[Literal["database"]] = ()
    """What the response depends on."""
    method: Method = "GET"
    """The HTTP method; `POST` only with `harmless = true` or `graphql`."""
    harmless: bool = False
    """`true`: this request changes nothing, although its method could."""
    graphql: Annotated[str | None, such_as("{ viewer { id } }")] = None
    """A GraphQL query, sent as POST; mutations are not allowed."""
    fields: Fields = field(default_factory=dict)
    """The fields of the JSON request body; dots in a name separate levels."""
    follow: bool | None = None
    """`true`: follow redirects to other hosts too, without credentials; `false`: follow none. By default redirects
    within the host are followed, and between `www.` and the bare domain if no credentials are sent, unless the file
    expects a redirect."""

    @property
    def text_rules(self) -> tuple[tuple[str, Any], ...]:
        """The rules for the body's text."""
        found = tuple(self.text.given.items()) if self.text is not None else ()
        return found if self.contains is None else (("contains", self.contains), *found)

    @property
    def usual_status(self) -> int:
        """One status that is as declared."""
        first = self.status[0] if isinstance(self.status, tuple) else self.status
        return first if isinstance(first, int) else int(first[0]) * 100

    @property
    def follows(self) -> bool:
        """Whether redirects are followed."""
        if self.follow is not None:
            return self.follow
        return not (allows(self.status, "3") or "location" in map(str.lower, self.headers))

    @property
    def verb(self) -> str:
        """The method that is sent."""
        return "POST" if self.graphql is not None else self.method

    @property
    def sends(self) -> dict[str, Any]:
        """The fields of the body."""
        return {**({"query": self.graphql} if self.graphql is not None else {}), **self.fields}


class Health(Expectation, frozen=True, kw_only=True):
    """The health check of the backend."""

    status: StatusField = (200, 204)
    """The expected HTTP status; by default 200 or 204."""
    path: Path = "/health"
    """Its path."""
    samples: Annotated[int, Meta(ge=1, le=50)] = 5
    """How many times it is requested, to detect that only some instances fail."""


class Endpoint(Expectation, frozen=True, kw_only=True):
    """Another endpoint of the backend; there may be any number."""

    path: Annotated[Path, such_as("/api/orders?limit=1")]
    """Its path, with its query if it has one."""
    name: Annotated[NotEmpty | None, such_as("orders without a key")] = None
    """Its name in reports, needed if a path is requested in more than one way."""
    samples: Annotated[int, Meta(ge=1, le=50)] | None = None
    """How many times it is requested, each time on another connection; by default once, or several times if it touches
    the database."""
    severity: Severity = "gate"
    """`"advisory"`: a failed check is reported as a warning and does not fail the gate."""

    @property
    def sampled(self) -> bool:
        """Whether it is requested more than once."""
        return bool(self.touches) if self.samples is None else self.samples > 1

    @property
    def label(self) -> str:
        """The path, with the method where it is not GET and the name where there is one: unique in a file."""
        path = self.path if self.verb == "GET" else f"{self.verb} {self.path}"
        return path if self.name is None else f"{path} ({self.name})"


class Monitoring(Sent, frozen=True, kw_only=True):
    """A monitoring summary that returns 200 whatever it reports."""

    path: Annotated[Path, such_as("/api/monitoring/summary")]
    """Its path."""
    field: str = "backend_health"
    """The key that contains the status."""
    healthy: Many[str] = ("healthy",)
    """The values that mean healthy."""
    degraded: Many[str] = ("degraded",)
    """The values that mean that it works partly."""
    unhealthy: Many[str] = ("unhealthy",)
    """The values that mean that something is wrong. Every other value, such as `"error"`, always fails."""
    on_degraded: Severity = "advisory"
    """Whether a degraded status fails the gate or only warns."""
    on_unhealthy: Severity = "advisory"
    """Whether an unhealthy status fails the gate or only warns."""
    age_field: Annotated[str | None, such_as("last_sync_seconds")] = None
    """The key that contains the age of the data in seconds; needs `fresh_within`."""
    fresh_within: Duration | None = None
    """How old the data may be; needs `age_field`."""
    on_stale: Severity = "gate"
    """Whether stale data, or an age of null, fails the gate or only warns."""
    within: Duration | None = None
    """Latency budget, as for an endpoint."""
    touches: Many[Literal["database"]] = ()
    """What the response depends on, as for an endpoint."""


class Backend(RequestOptions, frozen=True, kw_only=True):
    """The application's server side, as its users reach it.

    For several backends (such as regions), write one `[[backend]]` with a `name` for each. Each is a separate
    environment called `FILE-NAME`; `--env=FILE` checks all of them. They inherit from the first what they leave out.
    """

    name: Annotated[str | None, such_as("eu")] = None
    """Its name, if there are several backends."""
    url: Annotated[Origin, such_as("https://app.example.com")] = ""
    """Its public address. Required, except with `[replica]`, which fills it in when it has started."""
    wait: Duration = 300.0
    """How long `--wait` without a value waits until it is healthy."""
    timeout: Duration = 10.0
    """The deadline of one request, from the name lookup to the last byte."""
    database: Literal["none"] | None = None
    """`"none"`: it has no database, so no check has to touch one."""
    certificate_days: Annotated[int, Meta(ge=0, le=3650)] = 14
    """A certificate that expires within this many days is reported as a warning."""
    health: Health = field(default_factory=Health)
    """The health check; checked with its defaults where the file does not speak of it."""
    endpoints: Many[Endpoint] = ()
    """Further promises, each a `[[backend.endpoints]]`."""
    monitoring: Monitoring | None = None
    """The monitoring summary."""

    @property
    def may_be_https(self) -> bool:
        """Whether certificates are in play: with https, and with a replica, whose address is known later."""
        return not self.url.startswith("http:")
