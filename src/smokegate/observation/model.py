"""Everything seen of one environment in one run: frozen, raw, free of the libraries that fetched it.

Expectations are judged on what the server sent, so it is kept as it came; `secrets` knows what of it must not
be shown, and whatever leaves the process passes `evidence.sink`.

Times are in seconds; offsets count from the start of the observation.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.transport.causes import WireCause


class InterruptedRunError(RuntimeError):
    """An exchange was awaited that the run, cut short, will not see."""


READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing."""
JOURNEY = (
    "register",
    "login first",
    "account",
    "account without token",
    "logout",
    "account after logout",
    "login",
    "account again",
    "write",
    "undo of the write",
    "wrong password",
    "account after wrong password",
    "kept account",
)
"""The exchanges of the sign-in journey, in the order of the story."""
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


@dataclass(frozen=True)
class Phases:
    """How long each part of an exchange took; None where it did not happen, as on pooled connections."""

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    wait: float | None = None
    download: float | None = None
    offsets: Mapping[str, float] = field(default_factory=dict)
    """Phase → when it began."""

    @property
    def answering(self) -> float | None:
        """What the server is answerable for: from the request on an open connection to the last byte."""
        return None if self.wait is None else self.wait + (self.download or 0.0)


@dataclass(frozen=True)
class Certificate:
    """The certificate that answered."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    expires: datetime


@dataclass(frozen=True)
class Request:
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


@dataclass(frozen=True)
class Redirect:
    """One redirect that was followed."""

    status: int
    url: str
    location: str


@dataclass(frozen=True)
class Answer:
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


@dataclass(frozen=True)
class NoAnswer:
    """No HTTP answer, and why."""

    cause: WireCause
    detail: str
    """The library's own words."""
    address: str | None = None
    redirected: str = ""
    """Where redirects led before it failed."""


@dataclass(frozen=True)
class NotSent:
    """Not sent, because what it depends on is missing."""

    because: str
    """The name of the exchange that it depends on."""


Outcome = Answer | NoAnswer | NotSent


@dataclass(frozen=True)
class Attempt:
    """One try of a request that was tried again."""

    outcome: Answer | NoAnswer
    started: float
    seconds: float


@dataclass(frozen=True)
class Exchange:
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


@dataclass(frozen=True)
class ControlProbe:
    """Whether a host that has nothing to do with the deployment could be reached."""

    address: str
    reached: bool
    cause: WireCause | None = None


@dataclass(frozen=True)
class Readiness:
    """The result of waiting."""

    waited: float
    ready: bool
    polls: int
    requests: int = field(default=0, kw_only=True)
    """How many requests the polls sent."""
    gave_up: str | None = None
    """Why waiting ended before the deadline, if it did not succeed."""


@dataclass(frozen=True)
class ApiAddress:
    """An API address found in a script of the frontend."""

    script: str
    """The script's path."""
    value: str
    """The literal as it stands there."""
    resolved: str
    """The absolute address that a browser on the page would call; `\ufffc` stands for what only it knows."""
    how: str = "client"
    """Where it was found: an HTTP `client`'s base, a `request`, `built` from pieces, a `setting`, a `constant`."""
    alone: bool = True
    """False where it is one of several, by a condition that is known only in a browser."""
    setting: str = ""
    """The build-time setting that is not set, where its name is still there."""


@dataclass(frozen=True)
class PageFile:
    """A file that the page needs."""

    exchange: str
    """The exchange's name."""
    role: str
    """`script`, `module` (imported), `chunk` (loaded when needed), `style`, `settings`, or `preload`."""
    problem: str = ""
    """Why a browser cannot use it; empty where it can."""
    certain: bool = True


@dataclass(frozen=True)
class PageView:
    """What was read of the frontend's page and its files."""

    files: tuple[PageFile, ...] = ()
    call_paths: tuple[str, ...] = ()
    """Constant paths that scripts pass to calls."""
    unread: tuple[str, ...] = ()
    """What was not read, and why: scripts of other hosts, more than the cap."""

    @property
    def broken(self) -> tuple[PageFile, ...]:
        """The files that a browser cannot use, without which the page does not work."""
        return tuple(each for each in self.files if each.problem and each.role != "preload")


@dataclass(frozen=True)
class Observation:
    """Everything seen of one environment in one run."""

    environment: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0
    exchanges: Mapping[str, Exchange] = field(default_factory=dict)
    """By name, in the order in which they were requested."""
    control: tuple[ControlProbe, ...] = ()
    readiness: Readiness | None = None
    api_addresses: tuple[ApiAddress, ...] = ()
    """The API addresses that the frontend's scripts would call."""
    page: PageView | None = None
    """What was read of the frontend's page; None where none was read."""
    expected_commit: str | None = None
    commit: str | None = None
    """The commit that answered, where `[version]` says how it can be read."""
    server: Any = None
    """What was seen from the server (`observation.server.ServerView`), None where it was not looked at."""
    browser: Any = None
    """What a browser saw (`observation.browser.BrowserView`), None where none looked."""
    platform: Any = None
    """What the platform's API said (`observation.render.PlatformView`), None where it was not requested."""
    complete: bool = True
    """False when the run was cut short."""
    secrets: Redactor = field(default_factory=Redactor, repr=False, compare=False)
    """The secrets of the environment, and the credentials that answers have handed out."""

    @property
    def samples(self) -> tuple[Exchange, ...]:
        """The health exchanges, first one first."""
        return tuple(e for name, e in self.exchanges.items() if name == "health" or name.startswith("health "))

    @property
    def requests(self) -> int:
        """How many requests were sent: attempts, redirects, the polls of waiting, those to the platform's API."""
        # `version` may be another name of the health exchange.
        exchanges = {e.name: e for e in self.exchanges.values()}.values()
        more = (self.readiness, self.platform)
        return sum(each.requests for each in exchanges) + sum(each.requests for each in more if each)

    @property
    def writes(self) -> int:
        """How many of them may have changed something: each was sent once."""
        return sum(each.request.method not in READING for each in self._sent)

    @property
    def accounts_made(self) -> int:
        """How many accounts were created, as far as the answers say."""
        journey = self.browser.journey if self.browser is not None else None
        in_page = journey is not None and journey.registered
        return in_page + sum(each.name == "register" and _succeeded(each) for each in self._sent)

    @property
    def accounts_deleted(self) -> int:
        """How many accounts were deleted again, as far as the answers say."""
        return sum(each.name.endswith("clean up") and _succeeded(each) for each in self._sent)

    @property
    def _sent(self) -> tuple[Exchange, ...]:
        # `version` may be another name of the health exchange.
        exchanges = {each.name: each for each in self.exchanges.values()}.values()
        return tuple(each for each in exchanges if not isinstance(each.outcome, NotSent))


def _succeeded(exchange: Exchange) -> bool:
    return exchange.answer is not None and 200 <= exchange.answer.status < 300
