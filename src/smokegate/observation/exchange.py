"""One request and its outcome: frozen, raw, free of the libraries that sent it.

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
"""The methods that change nothing."""
START = 64 * 1024
"""Characters: a debug page says in its first part what is wrong."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Headers(Mapping[str, str]):
    """Header fields in the order they came; names compare without case, repeated fields are joined."""

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
    """How long each part of an exchange took; None where it did not happen, as on pooled connections."""

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    wait: float | None = None
    download: float | None = None
    offsets: Mapping[str, float] = field(default_factory=dict)
    """Phase → when it began."""

    @property
    def server_seconds(self) -> float | None:
        """What the server is answerable for: from the request on an open connection to the last byte."""
        return None if self.wait is None else self.wait + (self.download or 0.0)


class Certificate(Struct, frozen=True):
    """The certificate that answered."""

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
    """Options of curl for what is said of the connection."""

    @property
    def trace_id(self) -> str | None:
        """The id of the trace that it belongs to, where it has one."""
        parts = self.headers.get("traceparent", "").split("-")
        return parts[1] if len(parts) == 4 else None

    def curl(self) -> str:
        """Return one line for a shell that sends the same; it holds the secrets that were sent."""
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
    """A response body, decoded; `text` is cut at a cap, `size` counts the bytes that came."""

    text: str = ""
    size: int = 0
    cut: bool = False
    json: Any = None
    is_json: bool = False
    withheld: bool = False
    """Whether it holds more credentials than can be distinguished from data: no output shows it."""

    @property
    def start(self) -> str:
        """The part of the text in which is looked for what an answer says of itself, however long it is."""
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
    """Where it came from, after redirects."""
    redirects: tuple[Redirect, ...] = ()
    address: str | None = None
    """`ip:port` that answered."""
    certificate: Certificate | None = None
    proxied: bool = False
    """Whether it came in plain HTTP through a proxy of this machine, which may have made it itself."""

    @property
    def redirects_to(self) -> str | None:
        """Where it redirects, if it is a redirect that was not followed."""
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
    """The library's own words."""
    address: str | None = None
    redirected: str = ""
    """Where redirects led before it failed."""


class NotSent(Struct, frozen=True):
    """Not sent, because what it depends on is missing."""

    because: str
    """The name of the exchange that it depends on."""


Outcome = Answer | NoAnswer | NotSent


class Attempt(Struct, frozen=True):
    """One try of a request that was tried again."""

    outcome: Answer | NoAnswer
    started: float
    seconds: float


class Exchange(Struct, frozen=True):
    """One request and the outcome in the end."""

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
    """What a budget is judged by: the answering time on a warm connection, the best of the measured ones."""
    measured: tuple[float, ...] = ()
    """Every answering time that was measured; more than one where the first was over the budget."""

    @property
    def attempts(self) -> tuple[Answer | NoAnswer, ...]:
        """The outcome of every attempt, the first one first; empty where nothing was sent."""
        last = () if isinstance(self.outcome, NotSent) else (self.outcome,)
        return (*(each.outcome for each in self.earlier), *last)

    @property
    def requests(self) -> int:
        """How many requests were sent for it, attempts and redirects included."""
        if isinstance(self.outcome, NotSent):
            return 0
        return 1 + len(self.earlier) + len(self.measured[1:]) + (len(self.answer.redirects) if self.answer else 0)

    @property
    def answer(self) -> Answer | None:
        """The answer, if there is one."""
        return self.outcome if isinstance(self.outcome, Answer) else None

    @property
    def no_answer(self) -> NoAnswer | None:
        """The reason why there is none, if it was requested."""
        return self.outcome if isinstance(self.outcome, NoAnswer) else None
