"""nginx as it stands in front of the trading platform, error pages, limits and all.

Strings and status codes as measured with nginx 1.22.1 and the platform's public configuration, November 2026.
"""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from smokegate.replica.messages import (
    Answer,
    Handler,
    Middleware,
    Request,
    UpstreamAwayError,
    UpstreamSilentError,
    surrounded,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from smokegate.replica.edge.upstream import Upstream

SERVER = "nginx/1.22.1"
UNAVAILABLE = {
    "error": "upstream_unavailable",
    "message": "Backend service temporarily unavailable. Please ensure services are running.",
}
_TITLES = {504: "Gateway Time-out", 503: "Service Temporarily Unavailable"}
_EXACT = {"/health": "/health", "/api/health": "/__ping", "/ping_fast": "/ping_fast"}
"""Exact-match locations without an error page of their own, and the backend's path behind each.

In the real configuration `/ping_fast` is the frontend's; here it goes to the backend, so that the documented
check of it can be made through the edge.
"""


def error_page(status: int) -> Answer:
    """The page nginx makes itself."""
    title = f"{status} {_TITLES.get(status) or HTTPStatus(status).phrase}"
    lines = (
        "<html>",
        f"<head><title>{title}</title></head>",
        "<body>",
        f"<center><h1>{title}</h1></center>",
        f"<hr><center>{SERVER}</center>",
        "</body>",
        "</html>",
        "",
    )
    return Answer(status, (("content-type", "text/html"),), "\r\n".join(lines).encode())


class RateLimit:
    """`limit_req` with `nodelay`: a leaky bucket per client. `rate` is in requests a second."""

    def __init__(self, rate: float = 5.0, burst: int = 20) -> None:
        self._rate = rate
        self._burst = burst
        self._excess: dict[str, tuple[float, float]] = defaultdict(lambda: (-1.0, 0.0))

    def admits(self, client: str) -> bool:
        """Count one request of a client; False when it is one too many."""
        now = monotonic()
        excess, since = self._excess[client]
        excess = max(excess - (now - since) * self._rate, -1.0) + 1.0
        if excess > self._burst:
            return False
        self._excess[client] = (excess, now)
        return True


class Server:
    """The `server` block: which location answers what."""

    def __init__(self, upstream: Upstream, files: Mapping[str, bytes], limit: RateLimit | None = None) -> None:
        self._upstream = upstream
        self._files = files
        self._limit = limit or RateLimit()

    async def __call__(self, request: Request) -> Answer:
        """Answer as the location of the request's path does."""
        if request.path in _EXACT:
            return await self._bare(request, _EXACT[request.path])
        if not request.path.startswith("/api/"):
            return self._file(request)
        if request.method == "OPTIONS":
            return Answer(204, (("access-control-allow-methods", "GET, POST, PUT, DELETE, OPTIONS"),))
        if request.path.startswith("/api/monitoring/") and not self._limit.admits(request.client):
            return error_page(429)
        return await self._with_error_page(request)

    async def _bare(self, request: Request, path: str) -> Answer:
        try:
            return await self._upstream.send(request, path=path)
        except UpstreamAwayError:
            return error_page(502)
        except UpstreamSilentError:
            return error_page(504)

    async def _with_error_page(self, request: Request) -> Answer:
        """`error_page 502 503 504` with intercepted errors: also the backend's own 503 becomes this one."""
        try:
            answer = await self._upstream.send(request)
        except (UpstreamAwayError, UpstreamSilentError):
            return Answer.json(503, UNAVAILABLE)
        return Answer.json(503, UNAVAILABLE) if answer.status in {502, 503, 504} else answer

    def _file(self, request: Request) -> Answer:
        path = request.path if request.path in self._files else "/index.html"
        kind = "text/javascript" if path.endswith(".js") else "text/html; charset=utf-8"
        return Answer(200, (("content-type", kind),), self._files[path])


def edge(inner: Handler, around: Sequence[Middleware] = ()) -> Handler:
    """The whole edge: the server block, what surrounds it, and nginx's name on every answer."""
    return surrounded(inner, around, lambda: (("server", SERVER),))
