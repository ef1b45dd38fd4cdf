"""Render's edge: the router in front of every `*.onrender.com` service, and its static site hosting.

What it answers by itself and how that differs from an application's answer follows header captures collected
in November 2026 (Render does not document it): `x-render-routing` stands only on answers the edge made, and
`x-render-origin-server` only on those an instance gave.
"""

from __future__ import annotations

import mimetypes
import os
from hashlib import sha256
from typing import TYPE_CHECKING

from smokegate.replica.messages import (
    Answer,
    Handler,
    Headers,
    Middleware,
    Request,
    UpstreamAwayError,
    UpstreamSilentError,
    surrounded,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from smokegate.replica.edge.upstream import Upstream

_BAD_GATEWAY = (
    "<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad Gateway</h1>"
    "<div>This service is currently unavailable. Please try again in a few minutes.</div></body></html>"
)
_SUSPENDED = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="UTF-8"><meta name="viewport" '
    'content="width=device-width, initial-scale=1" /><title>Service Suspended</title></head>'
    "<body>This service has been suspended{}.</body></html>"
)


def made_by_edge(routing: str, answer: Answer) -> Answer:
    """An answer of the edge's own, marked with the value of `x-render-routing` that says why."""
    return answer.adding(("x-render-routing", routing))


def bad_gateway(routing: str) -> Answer:
    """The 502 page of a service that the router cannot get an answer from."""
    return made_by_edge(routing, Answer.html(502, _BAD_GATEWAY))


def suspension(*, by_owner: bool) -> Answer:
    """The page of a service that its owner, or Render, has suspended."""
    page = Answer.html(503, _SUSPENDED.format(" by its owner" if by_owner else ""))
    return made_by_edge("suspend-by-user" if by_owner else "suspend", page)


def application(upstream: Upstream, plan: str) -> Handler:
    """Route to a web service whose plan is `paid` or `free`: its name is in the edge's error answers."""

    async def answer(request: Request) -> Answer:
        try:
            given = await upstream.send(request)
        except (UpstreamAwayError, UpstreamSilentError):
            return bad_gateway(f"dynamic-{plan}-error")
        return given.adding(("x-render-origin-server", given.header("server") or "Render"))

    return answer


def static_site(files: Mapping[str, bytes]) -> Handler:
    """Serve files, and the page for every other path (a rewrite of `/*`), whatever the method."""

    async def answer(request: Request) -> Answer:
        path = request.path if request.path in files else "/index.html"
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        headers = (
            ("content-type", f"{kind}; charset=utf-8"),
            ("cache-control", "public, max-age=0, s-maxage=300"),
            ("etag", f'"{sha256(files[path]).hexdigest()[:32]}"'),
            ("x-render-origin-server", "Render"),
        )
        return Answer(200, headers, files[path])

    return answer


def edge(inner: Handler, around: Sequence[Middleware] = ()) -> Handler:
    """The whole edge: a routing decision, what surrounds it, and the headers of every answer."""
    return surrounded(inner, around, _headers)


def _headers() -> Headers:
    token = os.urandom(9).hex()
    return (
        ("server", "cloudflare"),
        ("cf-ray", f"{token[:16]}-FRA"),
        ("cf-cache-status", "DYNAMIC"),
        ("rndr-id", f"{token[:8]}-{token[8:12]}-{token[12:16]}"),
        ("alt-svc", 'h3=":443"; ma=86400'),
    )
