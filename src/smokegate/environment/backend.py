"""The `[backend]` section: what the application's server side promises."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from smokegate.environment.answers import HeaderRules, StatusField, TextField, allows
from smokegate.environment.body_fields import Fields
from smokegate.environment.carried import Carried
from smokegate.environment.expectations import JsonPromises
from smokegate.environment.fields import (
    Duration,
    Many,
    Method,
    NotEmpty,
    Origin,
    Path,
    Severity,
)
from smokegate.environment.notes import such_as
from smokegate.environment.section import named


class Sent(Carried, frozen=True, kw_only=True):
    """What every request of the backend can say of how it is sent; it goes before what `[backend]` says."""

    anonymous: bool = False
    """`true`: without the headers, credentials and client certificate of `[backend]`, to check that a client without
    them is refused."""
    timeout: Duration | None = None
    """The deadline of this request; left out, that of `[backend]`."""


class Expectation(Sent, frozen=True, kw_only=True):
    """What one request must answer."""

    status: StatusField = 200
    """The HTTP status it answers."""
    json_: JsonPromises = named("json", ())
    """What its JSON body says: key by key the value itself, or a rule such as `{ one_of = ["a", "b"] }`."""
    contains: str | None = None
    """A text that its body contains; one that only occurs as its opposite ("unhealthy", "not ready") does not count."""
    text: TextField = None
    """The whole text of its body, spaces at its ends apart, or rules for it; `""` is an empty body."""
    headers: HeaderRules = field(default_factory=dict)
    """Response headers, each with its value or with rules for it."""
    within: Duration | None = None
    """Latency budget: from the request on a warm connection to the last byte. Over it is a warning only."""
    touches: Many[Literal["database"]] = ()
    """What the answer depends on."""
    method: Method = "GET"
    """How it is requested: `POST` only with `harmless = true` or `graphql`."""
    harmless: bool = False
    """`true`: this request changes nothing although its method could."""
    graphql: Annotated[str | None, such_as("{ viewer { id } }")] = None
    """A GraphQL query, which is sent as POST and may be no mutation."""
    fields: Fields = field(default_factory=dict)
    """The fields of the request's body, as JSON; dots in a name separate levels."""
    follow: bool | None = None
    """`true`: redirects to other hosts are followed too, without credentials; `false`: none is. Left out, those within
    the host are, unless the file expects a redirect."""

    @property
    def text_rules(self) -> tuple[tuple[str, Any], ...]:
        """The rules for the body's text."""
        found = self.text.given if self.text is not None else ()
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
    """The HTTP status it answers; left out, 204 is as good as 200."""
    path: Path = "/health"
    """Where it is."""
    samples: Annotated[int, Meta(ge=1, le=50)] = 5
    """How often it is requested, so that an outage of some instances only is seen as that."""


class Endpoint(Expectation, frozen=True, kw_only=True):
    """A further endpoint of the backend; any number of them."""

    path: Annotated[Path, such_as("/api/orders?limit=1")]
    """Where it is, with its query if it has one."""
    name: Annotated[NotEmpty | None, such_as("orders without a key")] = None
    """What reports call it, where a path is requested in more ways than one."""
    samples: Annotated[int, Meta(ge=1, le=50)] | None = None
    """How often it is requested, each time on another connection; left out, once, and several times where it touches
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
    """A monitoring summary that answers 200 whatever it reports."""

    path: Annotated[Path, such_as("/api/monitoring/summary")]
    """Where it is."""
    field: str = "backend_health"
    """The key that holds the status."""
    healthy: Many[str] = ("healthy",)
    """The values that mean healthy."""
    degraded: Many[str] = ("degraded",)
    """The values that mean it works in part."""
    unhealthy: Many[str] = ("unhealthy",)
    """The values that mean it reports trouble. Every other value, `"error"` above all, always fails."""
    on_degraded: Severity = "advisory"
    """What a degraded status does to the gate."""
    on_unhealthy: Severity = "advisory"
    """What an unhealthy status does to the gate."""
    age_field: Annotated[str | None, such_as("last_sync_seconds")] = None
    """The key that holds the age of the data in seconds; goes with `fresh_within`."""
    fresh_within: Duration | None = None
    """How old the data may be; goes with `age_field`."""
    on_stale: Severity = "gate"
    """What stale data, or an age that is null, does to the gate."""
    within: Duration | None = None
    """Latency budget, as for an endpoint."""
    touches: Many[Literal["database"]] = ()
    """What the answer depends on, as for an endpoint."""


class Backend(Carried, frozen=True, kw_only=True):
    """The application's server side, as its users reach it.

    Several of them (regions, say) are a `[[backend]]` each, with a `name`: each is an environment of its own, which is
    called `FILE-NAME`, and `--env=FILE` is all of them. What a later one leaves out is that of the first.
    """

    name: Annotated[str | None, such_as("eu")] = None
    """What this backend is called, where there are several."""
    url: Annotated[Origin, such_as("https://app.example.com")] = ""
    """Its public address. Required, except beside `[replica]`, which fills it in when it has started."""
    wait: Duration = 300.0
    """How long a bare `--wait` waits until it is healthy."""
    timeout: Duration = 10.0
    """The deadline of one request, from the name lookup to the last byte."""
    database: Literal["none"] | None = None
    """`"none"`: it has no database, so that no check needs to touch one."""
    certificate_days: Annotated[int, Meta(ge=0, le=3650)] = 14
    """A certificate that expires sooner than this many days is reported as a warning."""
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
