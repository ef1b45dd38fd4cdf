"""What is requested, when, and what makes it pointless: the types of the plan."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from smokegate.observation.evidence.edge import edge_answer
from smokegate.observation.exchange import SAFE_METHODS, Exchange, NotSent
from smokegate.observation.transport.causes import Stage
from smokegate.observation.transport.connect import DIRECT, Origin, Route

if TYPE_CHECKING:
    from smokegate.environment.model import Expectation, SignIn


def never_sent(exchange: Exchange) -> bool:
    """Return whether a request was never on the wire, because no connection could be opened."""
    lost = exchange.no_answer
    return lost is not None and lost.cause.stage is not Stage.EXCHANGE


def failed(exchange: Exchange) -> bool:
    """Return whether the application itself gave no answer: there is none, or the edge made it."""
    return exchange.answer is None or edge_answer(exchange.answer) is not None


Group = Literal[
    "health",
    "endpoints",
    "monitoring",
    "sign_in",
    "refusal",
    "write",
    "frontend",
    "version",
    "server",
    "browser",
    "platform",
    "own",
]
GROUPS: tuple[Group, ...] = tuple(name for name in get_args(Group) if name != "own")
"""`refusal` is the login with a wrong password, `write` what `write_check` declares: they can be left out of a journey
that is made again and again.
`own`, what a team's own checks send, is never planned."""
#: The methods that may be sent twice.
IDEMPOTENT = SAFE_METHODS
PREFLIGHT = "preflight"
"""What a browser sends before the login call of a page of another origin."""
ACCOUNT_PREFLIGHT = "preflight of account"
"""What it sends before the call that reads the account, with its credential in a header."""
ON_FRONTEND, ON_BACKEND = "called on frontend ", "called on backend "
"""How the exchanges begin that try what the page would call."""
FROM_HERE = "browser "
"""How the exchanges begin that repeat from here what a page requested in the browser, or remove its account."""
AGENT = "smokegate (synthetic check)"


class RequestToSend(Struct, frozen=True):
    """One request, with its secrets."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    follow: bool = True
    """Whether redirects are followed; else a redirect is the answer."""
    elsewhere: bool = False
    """Whether they are followed to other hosts, too."""
    anonymous: bool = False
    """Whether it goes without the headers and credentials that the file declares for all of the backend."""
    route: Route = DIRECT
    """How its host is connected to; what the file says of the whole site is filled in before it is sent."""

    @property
    def all_headers(self) -> tuple[tuple[str, str], ...]:
        """The headers with those that every request of ours carries."""
        own = {name.lower() for name, _ in self.headers}
        more = (("User-Agent", AGENT), ("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate"))
        return tuple(pair for pair in more if pair[0].lower() not in own) + self.headers


def json_request(method: str, url: str, body: Any, *headers: tuple[str, str]) -> RequestToSend:
    """Build a request with a JSON body."""
    return RequestToSend(method, url, (("Content-Type", "application/json"), *headers), json.dumps(body).encode())


class RawResponse(Struct, frozen=True):
    """An answer as it came, with its secrets; it never leaves this package."""

    status: int
    headers: tuple[tuple[str, str], ...]
    text: str
    size: int
    url: str
    json: Any = None
    is_json: bool = False
    redirects: tuple[tuple[int, str, str], ...] = ()


class Step(Struct, frozen=True):
    """One exchange of the plan."""

    name: str
    group: Group
    target: RequestToSend
    """What it sends, as far as that is known beforehand."""
    build: Callable[[], RequestToSend | NotSent] | None = None
    """Called at its turn, where that depends on what came before: what to send, or why it is not sent."""
    after: tuple[str, ...] = ()
    """The exchanges that must be done before it is its turn."""
    priority: int = 5
    """Smaller goes first where several wait for a connection."""
    fresh: bool = False
    """Whether it is sent on a connection of its own, which carries nothing else."""
    separate_from: frozenset[str] = frozenset()
    """The exchanges with which it shares no connection, so that a balancer may choose another instance for it."""
    timeout: float | None = None
    """The deadline of this exchange in seconds, where it is another than the backend's."""
    retry: bool = True
    """Whether it may be tried again; methods that are not idempotent never are."""
    declared: Expectation | None = None
    """What the environment file expects of its answer: an answer that differs is tried again, see `again`."""
    within: float | None = None
    """Latency budget: over it, the answering time is measured again."""
    kept_text: int | None = None
    """How much of the body's text is kept, where it is less than usual."""
    on_response: Callable[[RawResponse], Iterable[Step] | None] | None = None
    """Called with the answer, secrets and all, before the exchange is done; may return further steps."""
    on_no_answer: Callable[[], Iterable[Step] | None] | None = None
    """Called in place of `got` where there is no answer; may return further steps."""
    sample: bool = False
    """Whether it repeats another one, to find out whether every instance answers alike."""
    gate: str | None = None
    """The exchange whose failure makes this one pointless; it need not wait for it, see `journey`."""
    blocked_when: Callable[[Exchange], bool] = failed
    """Whether the gate, now that it is done, keeps this one from being sent."""


def join(base: str, path: str) -> str:
    """Return the address of a path below a base address."""
    return base.rstrip("/") + path


@lru_cache(1024)  # asked for several times a request
def origin_of(url: str, route: Route = DIRECT) -> Origin:
    """Return where a connection for an address leads.

    Raises:
        ValueError: the port is not a number from 0 to 65535.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Origin(parts.scheme, parts.hostname or "", port, route.over(parts.scheme))


def preflights(api: SignIn | None) -> tuple[str, ...]:
    """Return the names of the preflights of the calls that sign in; a cookie alone needs none for the account."""
    if api is None:
        return ()
    return (PREFLIGHT,) if api.credential_header is None else (PREFLIGHT, ACCOUNT_PREFLIGHT)


@lru_cache(1024)
def web_origin(url: str) -> str:
    """Return the origin of an address as browsers send it: without the default port."""
    found = origin_of(url)
    host = f"[{found.host}]" if ":" in found.host else found.host
    default = 443 if found.scheme == "https" else 80
    return f"{found.scheme}://{host}" + ("" if found.port == default else f":{found.port}")


def same_origin(one: str, other: str) -> bool:
    """Return whether two addresses have the same scheme, host and port."""
    return web_origin(one) == web_origin(other)


def resolve(base: str, reference: str) -> str:
    """Return the absolute address of a reference on a page."""
    return urljoin(base, reference)
