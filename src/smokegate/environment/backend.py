"""The `[backend]` section: what the application's server side promises."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from smokegate.environment.expectations import JsonPromises
from smokegate.environment.fields import (
    Duration,
    HeaderName,
    Many,
    Origin,
    Path,
    ReadMethod,
    SentHeaders,
    Severity,
    Status,
)
from smokegate.environment.section import Section


class Expectation(Section):
    """What one request must answer."""

    status: Status = 200
    """The HTTP status it answers."""
    json_: JsonPromises = Field(default=(), alias="json")
    """What its JSON body says: key by key the value itself, or a rule such as `{ one_of = ["a", "b"] }`."""
    contains: str | None = None
    """A text that its body contains."""
    headers: dict[HeaderName, str] = Field(default_factory=dict)
    """Response headers and the value that each has."""
    within: Duration | None = None
    """Latency budget: from the request on a warm connection to the last byte. Over it is a warning only."""
    follow: bool = False
    """`true`: redirects to other hosts are followed; else such a redirect is the answer itself."""
    touches: Many[Literal["database"]] = ()
    """What the answer depends on. With no gating promise that touches the database a run warns."""


class Health(Expectation):
    """The health check of the backend."""

    path: Path = "/health"
    """Where it is."""
    samples: int = Field(default=5, ge=1, le=50)
    """How often it is asked, so that an outage of some instances only is seen as that."""


class Endpoint(Expectation):
    """One further promise of the backend; any number of them, no two with the same method and path."""

    path: Path = Field(examples=["/api/orders?limit=1"])
    """Where it is, with its query if it has one."""
    method: ReadMethod = "GET"
    """How it is asked: only methods that change nothing."""
    send: SentHeaders = Field(default_factory=dict)
    """Request headers to send, credentials as `{ env = "NAME" }`, also with a `prefix = "Bearer "`."""
    severity: Severity = "gate"
    """`"advisory"`: a broken promise is told as a warning and does not fail the gate."""

    @property
    def label(self) -> str:
        """The path, with the method where it is not GET: no two endpoints of an environment have the same."""
        return self.path if self.method == "GET" else f"{self.method} {self.path}"


class Monitoring(Section):
    """A monitoring summary that answers 200 whatever it has to tell."""

    path: Path = Field(examples=["/api/monitoring/summary"])
    """Where it is."""
    field: str = "backend_health"
    """The key that holds the status."""
    healthy: Many[str] = ("healthy",)
    """The values that mean all is well."""
    degraded: Many[str] = ("degraded",)
    """The values that mean it works in part."""
    unhealthy: Many[str] = ("unhealthy",)
    """The values that mean it reports trouble. Every other value, `"error"` above all, always fails."""
    on_degraded: Severity = "advisory"
    """What a degraded status does to the gate."""
    on_unhealthy: Severity = "advisory"
    """What an unhealthy status does to the gate."""
    age_field: str | None = Field(default=None, examples=["last_sync_seconds"])
    """The key that holds the age of the data in seconds; goes with `fresh_within`."""
    fresh_within: Duration | None = None
    """How old the data may be; goes with `age_field`."""
    on_stale: Severity = "gate"
    """What stale data, or an age that is null, does to the gate."""
    within: Duration | None = None
    """Latency budget, as for an endpoint."""
    touches: Many[Literal["database"]] = ()
    """What the answer depends on, as for an endpoint."""


class Backend(Section):
    """The application's server side, as its users reach it."""

    url: Origin = Field(default="", examples=["https://app.example.com"])
    """Its public address. Required, except beside `[replica]`, which fills it in when it has started."""
    wait: Duration = 300.0
    """How long a bare `--wait` waits until it is healthy."""
    timeout: Duration = 10.0
    """The deadline of one request, from the name lookup to the last byte."""
    certificate_days: int = Field(default=14, ge=0, le=3650)
    """A certificate that expires sooner than this many days is told as a warning."""
    health: Health = Field(default_factory=Health)
    """The health check; checked with its defaults where the file does not speak of it."""
    endpoints: Many[Endpoint] = ()
    """Further promises, each a `[[backend.endpoints]]`."""
    monitoring: Monitoring | None = None
    """The monitoring summary."""

    @property
    def may_be_https(self) -> bool:
        """Whether certificates are in play: with https, and with a replica, which tells its address later."""
        return not self.url.startswith("http:")
