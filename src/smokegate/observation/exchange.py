"""One request and its outcome: frozen, raw, independent of the HTTP library.

Times are in seconds; offsets count from the start of the observation.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from msgspec import Struct, field

from smokegate.observation.transport.causes import WireCause

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""HTTP methods without side effects."""
START = 64 * 1024
"""Characters searched for evidence: a debug page names the error near its beginning."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Headers(Mapping[str, str]):
    """Header fields in their original order; names are case-insensitive, repeated fields are joined."""

    fields: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> str:
        values = [value for key, value in self.fields if key.lower() == name.lower()]
        if not values:
            raise KeyError(name)
        return ", ".join(values)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key.lower() for key, _ in self.fields))

    def __len__(self) -> int:
        return len({key.lower() for key, _ in self.fields})


class Phases(Struct, frozen=True):
    """Duration of each phase of an exchange; None for a phase that was skipped, as on a reused connection."""

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    wait: float | None = None
    download: float | None = None
    offsets: Mapping[str, float] = field(default_factory=dict)
    """Phase → start."""

    @property
    def server_seconds(self) -> float | None:
        """Time that the server is responsible for: from sending on an open connection to the last byte."""
        return None if self.wait is None else self.wait + (self.download or 0.0)


class Certificate(Struct, frozen=True):
    """The certificate that the server presented."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    expires: datetime


class Request(Struct, frozen=True):
    """What was sent."""

    method: str
    url: str
    headers: Headers = Headers()
    body: str | None = None
    options: tuple[str, ...] = ()
    """curl options that reproduce the connection settings."""

    @property
    def trace_id(self) -> str | None:
        """The W3C trace id, if the request carries one."""
        parts = self.headers.get("traceparent", "").split("-")
        return parts[1] if len(parts) == 4 else None

    def curl(self) -> str:
        """Return a curl command line that repeats the request, secrets included."""
        words = ["curl", "-sS", "-I" if self.method == "HEAD" else "-i", *self.options]
        if self.method not in {"GET", "HEAD"}:
            words += ["-X", self.method]
        for name, value in self.headers.fields:
            words += ["-H", f"{name}: {value}"]
        if self.body is not None:
            words += ["-d", self.body]
        return shlex.join([*words, self.url])


@dataclass(frozen=True)
class Body:
    """A decoded response body; `text` is truncated at a cap, `size` is the number of bytes received."""

    text: str = ""
    size: int = 0
    cut: bool = False
    json: Any = None
    is_json: bool = False
    withheld: bool = False
    """Whether it has too many credentials to redact one by one: no output shows it."""

    @property
    def start(self) -> str:
        """The beginning of the text, which is searched for evidence."""
        return self.text[:START]


class Redirect(Struct, frozen=True):
    """One redirect that was followed."""

    status: int
    url: str
    location: str


class Answer(Struct, frozen=True):
    """An HTTP answer."""

    status: int
    headers: Headers = Headers()
    body: Body = Body()
    url: str = ""
    """The final URL, after redirects."""
    redirects: tuple[Redirect, ...] = ()
    address: str | None = None
    """`ip:port` of the peer."""
    certificate: Certificate | None = None
    proxied: bool = False
    """Whether it came over plain HTTP through a local proxy, which may have generated it itself."""

    @property
    def redirects_to(self) -> str | None:
        """The target of a redirect that was not followed."""
        location = self.headers.get("location", "")
        if self.status not in REDIRECTS or not location:
            return None
        try:
            return urljoin(self.url, location)
        except ValueError:
            return location


class NoAnswer(Struct, frozen=True):
    """No HTTP answer, and why."""

    cause: WireCause
    detail: str
    """The library's error message."""
    address: str | None = None
    redirected: str = ""
    """The URL to which redirects had led when it failed."""


class NotSent(Struct, frozen=True):
    """Not sent, because a prerequisite is missing."""

    because: str
    """The name of the exchange that is its prerequisite."""


Outcome = Answer | NoAnswer | NotSent


class Attempt(Struct, frozen=True):
    """One attempt of a request that was retried."""

    outcome: Answer | NoAnswer
    started: float
    seconds: float


class Exchange(Struct, frozen=True):
    """One request and its final outcome."""

    name: str
    """`health`, `health 2`, `endpoint /api/x`, `endpoint HEAD /x`, `monitoring`, `version`; `register` or
    `login first`, `account`, `account without token`, `login`, `account again`, `wrong password`, `clean up`;
    `page`, `script /assets/x.js`, `preflight`, `api on frontend`."""
    request: Request
    outcome: Outcome
    started: float = 0.0
    """Offset of the last attempt."""
    seconds: float = 0.0
    """Duration of the last attempt."""
    phases: Phases = Phases()
    earlier: tuple[Attempt, ...] = ()
    """Attempts before the last one."""
    warm_seconds: float | None = None
    """Compared with the latency budget: the best response time measured on a warm connection."""
    measured: tuple[float, ...] = ()
    """All measured response times; more than one if the first exceeded the budget."""

    @property
    def attempts(self) -> tuple[Answer | NoAnswer, ...]:
        """The outcomes of all attempts in order; empty if nothing was sent."""
        last = () if isinstance(self.outcome, NotSent) else (self.outcome,)
        return (*(each.outcome for each in self.earlier), *last)

    @property
    def requests(self) -> int:
        """Number of requests sent, retries and redirects included."""
        if isinstance(self.outcome, NotSent):
            return 0
        return 1 + len(self.earlier) + len(self.measured[1:]) + (len(self.answer.redirects) if self.answer else 0)

    @property
    def answer(self) -> Answer | None:
        """The response, if there is one."""
        return self.outcome if isinstance(self.outcome, Answer) else None

    @property
    def no_answer(self) -> NoAnswer | None:
        """Why there is no response, if the request was sent."""
        return self.outcome if isinstance(self.outcome, NoAnswer) else None
