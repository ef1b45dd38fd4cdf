"""One attempt of an exchange: sends, follows redirects, and reads the body within the caps."""

from __future__ import annotations

import time
from ssl import SSLError
from typing import TYPE_CHECKING

from msgspec.structs import replace

from smokegate.observation.exchange import Headers, Redirect
from smokegate.observation.plan.step import RawResponse, RequestToSend
from smokegate.observation.transport.body import decode
from smokegate.observation.transport.causes import chain
from smokegate.observation.transport.json_body import parse
from smokegate.observation.transport.limits import MAX_REDIRECTS, BadRedirectError, TooManyRedirectsError
from smokegate.observation.transport.redirects import is_private, next_request, same_host
from smokegate.observation.transport.slot import LaneConnection
from smokegate.observation.transport.trace import Trace

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from smokegate.observation.transport.pool import Pool


def fetch(
    pool: Pool,
    request: RequestToSend,
    deadline: float,
    since: float | None = None,
    connection: LaneConnection | None = None,
) -> Trace:
    """Send a request by a deadline and return the outcome; raises only what ends the process.

    `since` is when it was dequeued, if not now; `connection` is the one that its lane chose.
    """
    now = time.monotonic()
    trace = Trace(pool, deadline, now if since is None else since, now, connection)
    try:
        trace.raw = _follow(request, trace)
    except Exception as error:  # noqa: BLE001 -- `errors.cause_of` maps every error
        trace.error = drop_tracebacks(error)
        trace.body.release()
    trace.ended = time.monotonic()
    if trace.sent_at is not None and trace.headers_at is None:
        trace.phases["wait"] = (trace.sent_at, trace.ended - trace.sent_at)
    return trace


def _follow(request: RequestToSend, trace: Trace) -> RawResponse:
    hops: list[Redirect] = []
    first_url = request.url
    while True:
        try:
            raw = _send(request, trace)
        except Exception as error:
            if same_host(first_url, request.url):
                raise
            # Not the fault of the checked host: the message names the one that failed.
            raise BadRedirectError(f"redirect to {request.url}: {type(error).__name__}: {error}") from None
        found = next_request(request, raw)
        if found is None:
            return replace(raw, redirects=tuple(hops))
        trace.public_only = trace.public_only or not is_private((trace.address or "").rpartition(":")[0].strip("[]"))
        hops.append(Redirect(raw.status, request.url, found.url))
        if len(hops) > MAX_REDIRECTS:
            trail = " -> ".join(each.location for each in hops)
            raise TooManyRedirectsError(f"more than {MAX_REDIRECTS} redirects: {trail}")
        request = found
        trace.redirected = request.url


def _send(request: RequestToSend, trace: Trace) -> RawResponse:
    trace.route, trace.repeatable = request.route, request.repeatable
    trace.headers_at = trace.sent_at = None
    response = _response(request, trace)
    trace.body.release()  # the previous redirect's body
    try:
        content = trace.body.bytes(response, trace.deadline - time.monotonic())
    except BaseException:
        response.close()
        raise
    headers_at = trace.headers_at or 0.0
    trace.phases["download"] = (headers_at, time.monotonic() - headers_at)
    headers = Headers(tuple(response.headers.items()))
    kind = headers.get("content-type", "")
    size, text = len(content), decode(content, kind)
    del content
    value, is_json = parse(text, kind)
    return RawResponse(response.status, headers, text, size, request.url, value, is_json, resent=trace.resent)


def _response(request: RequestToSend, trace: Trace) -> BaseHTTPResponse:
    """Send a request, on a new connection if one that was kept alive ends without a response.

    The server may have closed it before the request arrived, which says nothing of the request (RFC 9112, 9.3.1).
    """
    while True:
        trace.kept_alive = False
        try:
            return trace.pool.client().send(request, trace)
        except Exception as error:
            closed = any(isinstance(each, ConnectionError | SSLError) for each in chain(error))
            if not (closed and trace.kept_alive and request.repeatable):
                raise
            trace.resent = True


def drop_tracebacks(error: BaseException) -> BaseException:
    """Return an error without its tracebacks: their frames would hold megabytes of a body for the whole run."""
    for each in list(chain(error)):
        each.__traceback__ = None
    return error
