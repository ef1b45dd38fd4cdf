"""The types of the plan: steps, requests and responses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit

from msgspec import Struct

from smokegate.observation.evidence.edge import edge_answer
from smokegate.observation.exchange import SAFE_METHODS, Exchange, Headers, NotSent, Redirect
from smokegate.observation.transport.causes import Stage
from smokegate.observation.transport.connect import DIRECT, Origin, Route

if TYPE_CHECKING:
    from smokegate.environment.model import Expectation, SignIn


def never_sent(exchange: Exchange) -> bool:
    """Return whether a request was never sent, because no connection could be opened."""
    lost = exchange.no_answer
    return lost is not None and lost.cause.stage is not Stage.EXCHANGE


def failed(exchange: Exchange) -> bool:
    """Return whether the application did not respond: no response, or one from the edge."""
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
"""`refusal` is the login with a wrong password, `write` the declared `write_check`: repeated runs can omit them.
`own`, the requests of a team's own checks, is never planned."""
#: Methods that may be retried.
IDEMPOTENT = SAFE_METHODS
PREFLIGHT = "preflight"
"""The CORS preflight of the login call."""
ACCOUNT_PREFLIGHT = "preflight of account"
"""The CORS preflight of the account call, if its credential is in a header."""
ON_FRONTEND, ON_BACKEND = "called on frontend ", "called on backend "
"""Name prefixes of exchanges that try the calls of the page."""
FROM_HERE = "browser "
"""Name prefix of exchanges that repeat a browser's requests from here, or delete its account."""
AGENT = "smokegate (synthetic check)"


class RequestToSend(Struct, frozen=True):
    """One unredacted request."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    follow: bool = True
    """Whether redirects are followed; else a redirect is the response."""
    elsewhere: bool = False
    """Whether redirects to other hosts are followed, too."""
    anonymous: bool = False
    """Whether it omits the headers and credentials declared for the whole backend."""
    route: Route = DIRECT
    """Connection settings; those declared for the origin are added on sending."""
    idempotent: bool = False
    """Whether sent twice it does no more than sent once, although its method does not promise that."""
    on_redirect: Callable[[RawResponse], None] | None = None
    """Called with each redirect that is followed."""

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent once more on a new connection if one that was kept alive ended without a response."""
        return self.idempotent or self.method in IDEMPOTENT

    @property
    def all_headers(self) -> tuple[tuple[str, str], ...]:
        """The headers, with our default headers."""
        own = {name.lower() for name, _ in self.headers}
        more = (("User-Agent", AGENT), ("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate"))
        return tuple(pair for pair in more if pair[0].lower() not in own) + self.headers


def json_request(method: str, url: str, body: Any, *headers: tuple[str, str]) -> RequestToSend:
    """Build a request with a JSON body."""
    return RequestToSend(method, url, (("Content-Type", "application/json"), *headers), json.dumps(body).encode())


class RawResponse(Struct, frozen=True):
    """An unredacted response; it never leaves this package."""

    status: int
    headers: Headers
    text: str
    size: int
    url: str
    json: Any = None
    is_json: bool = False
    redirects: tuple[Redirect, ...] = ()
    resent: bool = False
    """Whether its request was sent twice, as a kept-alive connection was closed: both may have been carried out."""


class Step(Struct, frozen=True):
    """One exchange of the plan."""

    name: str
    group: Group
    target: RequestToSend
    """The request, as far as it is known in advance."""
    build: Callable[[], RequestToSend | NotSent] | None = None
    """Returns the request, or why none is sent, if that depends on earlier exchanges."""
    after: tuple[str, ...] = ()
    """The exchanges that it depends on."""
    priority: int = 5
    """Smaller goes first in the queue for a connection."""
    fresh: bool = False
    """Whether it gets a dedicated connection."""
    separate_from: frozenset[str] = frozenset()
    """Exchanges that it must not share a connection with, so that a load balancer may choose another instance."""
    timeout: float | None = None
    """Timeout in seconds, if it differs from the backend's."""
    retry: bool = True
    """Whether it may be retried; non-idempotent methods never are."""
    declared: Expectation | None = None
    """The declared expectations: a response that violates them is retried, see `again`."""
    within: float | None = None
    """Latency budget in seconds: a response over it is measured again."""
    kept_text: int | None = None
    """Characters of the body to keep, if fewer than usual."""
    on_response: Callable[[RawResponse], Iterable[Step] | None] | None = None
    """Called with the unredacted response before the exchange is done; may return follow-up steps."""
    on_no_answer: Callable[[], Iterable[Step] | None] | None = None
    """Called instead if there is no response; may return follow-up steps."""
    sample: bool = False
    """Whether it repeats another step, to check that all instances respond alike."""
    gate: str | None = None
    """The exchange whose failure makes this one pointless; reads do not wait for it."""
    blocked_when: Callable[[Exchange], bool] = failed
    """Returns whether the finished gate blocks this step."""


def join(base: str, path: str) -> str:
    """Append a path to a base URL."""
    return base.rstrip("/") + path


@lru_cache(1024)  # called several times per request
def origin_of(url: str, route: Route = DIRECT) -> Origin:
    """Return the origin of a URL; raises ValueError if the port is not a number from 0 to 65535."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return Origin(parts.scheme, parts.hostname or "", port, route.over(parts.scheme))


def preflights(api: SignIn | None) -> tuple[str, ...]:
    """Return the names of the sign-in preflights; with a cookie alone the account call needs none."""
    if api is None:
        return ()
    return (PREFLIGHT,) if api.credential_header is None else (PREFLIGHT, ACCOUNT_PREFLIGHT)


@lru_cache(1024)
def web_origin(url: str) -> str:
    """Return the origin of a URL as browsers send it: without the default port."""
    found = origin_of(url)
    host = f"[{found.host}]" if ":" in found.host else found.host
    default = 443 if found.scheme == "https" else 80
    return f"{found.scheme}://{host}" + ("" if found.port == default else f":{found.port}")


def same_origin(one: str, other: str) -> bool:
    """Return whether two URLs have the same scheme, host and port."""
    return web_origin(one) == web_origin(other)
