"""One attempt of an exchange: sends, follows redirects, and reads the body within the caps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from smokegate.observation.exchange import Certificate
from smokegate.observation.plan.step import RawResponse, RequestToSend
from smokegate.observation.transport.body import BodyReader, decode
from smokegate.observation.transport.causes import chain
from smokegate.observation.transport.json_body import parse
from smokegate.observation.transport.limits import MAX_REDIRECTS, BadRedirectError, TooManyRedirectsError
from smokegate.observation.transport.redirects import is_private, next_request, same_host

if TYPE_CHECKING:
    from smokegate.observation.transport.http import Client
    from smokegate.observation.transport.trace import Trace


class Fetched(Struct):
    """Outcome and times of one attempt; filled in as it proceeds, so that a failure shows how far it got."""

    started: float
    raw: RawResponse | None = None
    error: BaseException | None = None
    ended: float = 0.0
    phases: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Phase → start (monotonic clock) and duration."""
    address: str | None = None
    certificate: Certificate | None = None
    redirected: str = ""
    """The URL that redirects led to."""
    proxied: bool = False
    """Whether it went through a local proxy, which plain HTTP does not reveal."""
    body: BodyReader = field(default_factory=BodyReader)
    """To be released once the body is recorded: a large one takes megabytes."""


def fetch(client: Client, request: RequestToSend, trace: Trace) -> Fetched:
    """Send a request and return the outcome; raises only what ends the process.

    Args:
        client: the HTTP client.
        request: the request.
        trace: its limits; the deadline covers everything, name lookup and redirects included.
    """
    fetched = Fetched(time.monotonic())
    try:
        fetched.raw = _follow(client, request, trace, fetched)
    except Exception as error:  # noqa: BLE001 -- `errors.cause_of` maps every error
        fetched.error = drop_tracebacks(error)
        fetched.body.release()
    _copy_trace(trace, fetched)
    fetched.ended = time.monotonic()
    return fetched


def _follow(client: Client, request: RequestToSend, trace: Trace, fetched: Fetched) -> RawResponse:
    hops: list[tuple[int, str, str]] = []
    first_url = request.url
    while True:
        try:
            raw, location = _send(client, request, trace, fetched)
        except Exception as error:
            if same_host(first_url, request.url):
                raise
            # Not the fault of the checked host: the message names the one that failed.
            raise BadRedirectError(f"redirect to {request.url}: {type(error).__name__}: {error}") from None
        found = next_request(request, raw, location)
        if found is None:
            return replace(raw, redirects=tuple(hops))
        trace.public_only = trace.public_only or not is_private((fetched.address or "").rpartition(":")[0].strip("[]"))
        hops.append((raw.status, request.url, found.url))
        if len(hops) > MAX_REDIRECTS:
            trail = " -> ".join(url for _, _, url in hops)
            raise TooManyRedirectsError(f"more than {MAX_REDIRECTS} redirects: {trail}")
        request = found
        fetched.redirected = request.url


def _send(client: Client, request: RequestToSend, trace: Trace, fetched: Fetched) -> tuple[RawResponse, str | None]:
    trace.route = request.route
    trace.opened = trace.headers_at = trace.sent_at = None
    response = client.send(request, trace)
    fetched.proxied = trace.proxied and request.url.startswith("http:")
    kind = response.headers.get("content-type", "")
    fetched.body.release()  # the previous redirect's body
    try:
        _copy_trace(trace, fetched)
        content = fetched.body.bytes(response, trace.deadline - time.monotonic())
    except BaseException:
        response.close()
        raise
    fetched.phases["download"] = (trace.headers_at or 0.0, time.monotonic() - (trace.headers_at or 0.0))
    size, text = len(content), decode(content, kind)
    del content
    value, is_json = parse(text, kind)
    headers = tuple(response.headers.items())
    raw = RawResponse(response.status, headers, text, size, request.url, value, is_json)
    return raw, response.headers.get("location")


def _copy_trace(trace: Trace, fetched: Fetched) -> None:
    """Copy what the connection classes recorded."""
    if trace.opened is not None:
        fetched.phases.update(trace.opened.phases)
    if trace.used is not None:
        fetched.address, fetched.certificate = trace.used.address or None, trace.used.certificate
    if trace.sent_at is not None:
        fetched.phases["wait"] = (trace.sent_at, (trace.headers_at or time.monotonic()) - trace.sent_at)


def drop_tracebacks(error: BaseException) -> BaseException:
    """Return an error without its tracebacks: their frames would hold megabytes of a body for the whole run."""
    for each in list(chain(error)):
        each.__traceback__ = None
    return error
