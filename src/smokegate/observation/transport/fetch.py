"""One attempt at one exchange: sends, follows redirects step by step, reads no more than the caps allow."""

from __future__ import annotations

import codecs
import json
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from smokegate.observation.model import Certificate
from smokegate.observation.plan.step import RawResponse, RequestToSend, resolve, same_origin
from smokegate.observation.transport.limits import (
    CHUNK,
    MAX_BODY,
    MAX_REDIRECTS,
    BadRedirectError,
    TooLargeError,
    TooManyRedirectsError,
)

if TYPE_CHECKING:
    from smokegate.observation.transport.http import Client, Trace

REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: What may follow a redirect to another origin.
HARMLESS = frozenset({"accept", "accept-encoding", "user-agent", "accept-language"})


@dataclass
class Fetched:
    """What one attempt came to and took; filled in as it goes, so that a failure tells how far it came."""

    started: float
    raw: RawResponse | None = None
    error: BaseException | None = None
    ended: float = 0.0
    phases: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Phase → when it began (monotonic clock) and how long it took."""
    address: str | None = None
    certificate: Certificate | None = None


def fetch(client: Client, ask: RequestToSend, trace: Trace) -> Fetched:
    """Send a request and return what came of it; never raises but for what ends the process.

    Args:
        client: sends the request.
        ask: what to send.
        trace: what it is allowed: its deadline counts for all, the lookup and redirects included.
    """
    fetched = Fetched(time.monotonic())
    try:
        fetched.raw = _follow(client, ask, trace, fetched)
    except Exception as error:  # noqa: BLE001 -- whatever it is, the table names it
        fetched.error = error
    _note(trace, fetched)
    fetched.ended = time.monotonic()
    return fetched


def _follow(client: Client, ask: RequestToSend, trace: Trace, fetched: Fetched) -> RawResponse:
    hops: list[tuple[int, str, str]] = []
    while True:
        raw, location = _once(client, ask, trace, fetched)
        onward = _onward(ask, raw, location)
        if onward is None:
            return replace(raw, redirects=tuple(hops))
        hops.append((raw.status, ask.url, onward.url))
        if len(hops) > MAX_REDIRECTS:
            trail = " -> ".join(url for _, _, url in hops)
            raise TooManyRedirectsError(f"more than {MAX_REDIRECTS} redirects: {trail}")
        ask = onward


def _once(client: Client, ask: RequestToSend, trace: Trace, fetched: Fetched) -> tuple[RawResponse, str | None]:
    import requests  # noqa: PLC0415 -- imported late

    prepared = requests.Request(ask.method, ask.url, headers=dict(ask.all_headers), data=ask.body).prepare()
    trace.line = trace.headed = trace.sent = None
    response = client.send(prepared, trace)
    try:
        _note(trace, fetched)
        body = _read(response.raw)
    except BaseException:
        response.raw.close()
        raise
    fetched.phases["download"] = (trace.headed or 0.0, time.monotonic() - (trace.headed or 0.0))
    headers = tuple(response.raw.headers.items())
    text = decode(body, response.headers.get("content-type", ""))
    found, is_json = parse(text, response.headers.get("content-type", ""))
    return RawResponse(response.status_code, headers, text, len(body), ask.url, found, is_json), response.headers.get(
        "location"
    )


def _note(trace: Trace, fetched: Fetched) -> None:
    """Take over what the connection classes saw."""
    if trace.line is not None:
        fetched.phases.update(trace.line.phases)
    if trace.used is not None:
        fetched.address, fetched.certificate = trace.used.address, trace.used.certificate
    if trace.sent is not None:
        fetched.phases["wait"] = (trace.sent, (trace.headed or time.monotonic()) - trace.sent)


def _read(stream: Any) -> bytes:
    """Read a body, decompressed, up to the cap."""
    from urllib3.exceptions import DecodeError  # noqa: PLC0415 -- imported late

    encoding = stream.headers.get("content-encoding", "").strip().lower()
    known = {"", "identity", *type(stream).CONTENT_DECODERS}
    if any(each.strip() not in known for each in encoding.split(",")):
        raise DecodeError(f"the body is encoded as {encoding!r}, which was not asked for")
    announced = stream.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > MAX_BODY and stream.length_remaining:
        raise TooLargeError(f"a body of {announced} bytes is announced, the cap is {MAX_BODY}")
    body = bytearray()
    for chunk in stream.stream(CHUNK, decode_content=True):
        body += chunk
        if len(body) > MAX_BODY:
            raise TooLargeError(f"the body is longer than the cap of {MAX_BODY} bytes")
    return bytes(body)


def _onward(ask: RequestToSend, raw: RawResponse, location: str | None) -> RequestToSend | None:
    """Return the request that a redirect leads to; None where there is none or it is not to be followed.

    A body goes to no other origin: such a redirect is the answer itself. Credentials, and every header that
    an environment file had us send, stay behind at the border of the origin.
    """
    if raw.status not in REDIRECTS or not location or not ask.follow:
        return None
    target = _target(ask.url, location)
    method = ask.method
    if raw.status == 303 or (raw.status in {301, 302} and method == "POST"):
        method = "HEAD" if method == "HEAD" else "GET"
    body = ask.body if method == ask.method else None
    headers = tuple(pair for pair in ask.headers if body is not None or pair[0].lower() != "content-type")
    if not same_origin(ask.url, target):
        if body is not None or method not in {"GET", "HEAD", "OPTIONS"}:
            return None
        headers = tuple(pair for pair in headers if pair[0].lower() in HARMLESS)
    return RequestToSend(method, target, headers, body)


def _target(base: str, location: str) -> str:
    try:
        target = resolve(base, location)
        usable = target.startswith(("http://", "https://")) and same_origin(target, target)
    except ValueError as error:
        raise BadRedirectError(f"redirect to {location!r}: {error}") from error
    if not usable:
        raise BadRedirectError(f"redirect to {location!r}, which is no web address")
    if base.startswith("https:") and target.startswith("http:"):
        raise BadRedirectError(f"redirect from https to plain http, not followed: {target}")
    return target.partition("#")[0]


def decode(body: bytes, content_type: str) -> str:
    """Decode a body as its content type says, else as UTF-8; what does not decode is replaced."""
    charset = "utf-8"
    for parameter in content_type.split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            charset = value.strip().strip("\"'")
    try:
        codecs.lookup(charset)
        return body.decode(charset, "replace")
    except (LookupError, ValueError, UnicodeError):
        return body.decode("utf-8", "replace")


def parse(text: str, content_type: str) -> tuple[Any, bool]:
    """Return the JSON value of a body and whether it is one.

    A body counts as JSON when it says so, or when it is an object or an array whatever it says: a promise
    about its keys must not fail for a header that nobody promised.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if not (kind.endswith(("/json", "+json")) or text.lstrip()[:1] in {"{", "["}):
        return None, False
    try:
        return json.loads(text), True
    except (ValueError, RecursionError):
        return None, False
