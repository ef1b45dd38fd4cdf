"""Turns requests and responses into the frozen, unredacted values of an observation.

Expectations are judged on these. All output passes the sink (`evidence.sink`), which learns the credentials here.
"""

from __future__ import annotations

from smokegate.observation.evidence.discover import discover
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.exchange import Answer, Body, Headers, NoAnswer, Phases, Request
from smokegate.observation.large_body import LargeBody
from smokegate.observation.plan.step import RawResponse, RequestToSend
from smokegate.observation.transport.limits import KEPT_HEADER, SMALL_TEXT
from smokegate.observation.transport.trace import Trace


class Recorder:
    """Records one environment's exchanges; `zero` is the start of all offsets (monotonic clock)."""

    def __init__(self, redactor: Redactor, zero: float) -> None:
        self.redactor = redactor
        self.zero = zero

    def request(self, request: RequestToSend) -> Request:
        """Record a request."""
        body = None if request.body is None else request.body.decode("utf-8", "replace")
        return Request(request.method, request.url, Headers(request.headers), body, _options(request))

    def answer(self, trace: Trace, kept_text: int | None = None) -> Answer:
        """Record an answer."""
        raw = trace.raw
        assert raw is not None
        withheld = discover(raw, self.redactor)
        return Answer(
            status=raw.status,
            headers=Headers(tuple((name, value[:KEPT_HEADER]) for name, value in raw.headers.fields)),
            body=_body(raw, kept_text, withheld=withheld),
            url=raw.url,
            redirects=raw.redirects,
            address=trace.address,
            certificate=trace.certificate,
            proxied=trace.proxied and raw.url.startswith("http:"),
        )

    def no_answer(self, trace: Trace) -> NoAnswer:
        """Record why there is no answer."""
        from smokegate.observation.transport.errors import cause_of  # noqa: PLC0415 -- knows urllib3, which is imported late

        assert trace.error is not None
        cause, detail = cause_of(trace.error)
        return NoAnswer(cause, detail[:KEPT_HEADER], trace.address, trace.redirected)

    def phases(self, trace: Trace) -> Phases:
        """Record how long each phase took and when it began."""
        offsets = {name: began - self.zero for name, (began, _) in trace.phases.items()}
        return Phases(**{name: took for name, (_, took) in trace.phases.items()}, offsets=offsets)


def _options(request: RequestToSend) -> tuple[str, ...]:
    """Return curl's options for the connection, except for CA certificates, which curl finds itself."""
    _, certificate, connect_to = request.route
    found = () if connect_to is None else ("--connect-to", f"::{connect_to if ':' in connect_to else connect_to + ':'}")
    if certificate is None:
        return found
    file, key = (
        each if each is None or "-----BEGIN" not in each else f"{name}.pem"
        for name, each in (("client", certificate.file), ("key", certificate.key))
    )
    return (*found, "--cert", file or "", *(() if key is None else ("--key", key)))


def _body(raw: RawResponse, kept: int | None, *, withheld: bool) -> Body:
    if kept is None and len(raw.text) > SMALL_TEXT:
        return LargeBody(raw.text, raw.size, is_json=raw.is_json, withheld=withheld)
    text = raw.text[:kept]
    return Body(text, raw.size, len(text) < len(raw.text), raw.json, raw.is_json, withheld)
