"""A connection comes about, and no usable HTTP answer comes over it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Level, Rule, Step
from smokegate.diagnosis.rule_helpers import by_wire, wire_signs
from smokegate.observation.transport.causes import WireCause

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.rule import Signs

AFTER = ("runner", "tls")
LOGS: Step = (
    "On the server, in `{directory}`: `{compose} logs --tail 100 {service}`, at the moment of `{asked}`.",
    "Read the application's and the proxy's log at the moment of `{asked}`.",
)
READS = ("what was received over the connection, for every exchange with the backend",)


def hung(case: Case) -> Signs | None:
    """A request was held until the deadline; one that was then answered may have woken a sleeping instance.

    Never certain: a busy runner, or a way that loses packets, looks the same from here.
    """
    signs = wire_signs(case, case.wires(WireCause.READ_TIMEOUT), Confidence.LIKELY)
    if signs is None or not signs.advisory:
        return signs
    return replace(
        signs,
        confidence=Confidence.POSSIBLE,
        title="{target} answered only after a request that it held until the deadline: was it asleep?",
    )


RULES = (
    Rule(
        code="net.reset",
        title="{target} closes the connection without an answer",
        level=Level.EXCHANGE,
        owner=Owner.APP,
        symptom="Requests fail with 'connection reset by peer' or 'server disconnected'.",
        reads=READS,
        judge=by_wire(WireCause.RESET, WireCause.CLOSED),
        steps=(
            LOGS,
            ("Look for a worker that died during the request: out of memory, a segmentation fault, a worker time-out."),
            (
                "If a proxy or load balancer stands in front, compare the protocol and port that it speaks"
                " with what the app expects."
            ),
        ),
        competing=(
            "a worker process that dies on this request",
            "a proxy or firewall that cuts the connection",
        ),
        after=AFTER,
    ),
    Rule(
        code="net.hung",
        title="{target} accepts the request and does not answer it in time",
        level=Level.EXCHANGE,
        owner=Owner.APP,
        symptom="The page keeps loading; requests end with a time-out although the connection came about.",
        reads=READS,
        judge=hung,
        steps=(
            LOGS,
            (
                "Look for what the request waits for: a database lock, an exhausted connection pool, an"
                " upstream API, all workers busy."
            ),
            (
                "Restart it if it hangs as a whole: `{compose} restart {service}`.",
                "Restart the service if it hangs as a whole.",
            ),
        ),
        competing=(
            "an application that is deadlocked or overloaded",
            "a dependency that it waits for",
            "a cold start that takes longer than the deadline",
            "a runner that is too busy to read the answer in time",
        ),
        after=AFTER,
    ),
    Rule(
        code="net.truncated",
        title="{target} ends its answer before the announced length",
        level=Level.EXCHANGE,
        owner=Owner.APP,
        symptom="Answers break off in the middle.",
        reads=READS,
        judge=by_wire(WireCause.TRUNCATED),
        steps=(
            LOGS,
            "Look for an exception while the body was sent, or a worker that was killed at that moment.",
            "Check the proxy's buffers and its disk: nginx cuts answers that it cannot buffer.",
        ),
        competing=("an exception while the body was streamed", "a proxy that cannot buffer the answer"),
        after=AFTER,
    ),
    Rule(
        code="net.bad-framing",
        title="What answers at {target} does not speak the expected protocol",
        level=Level.EXCHANGE,
        owner=Owner.CONFIGURATION,
        symptom=(
            "Requests fail with a protocol error: what comes back is not HTTP, not TLS, or not what its headers say."
        ),
        reads=READS,
        judge=by_wire(
            WireCause.BAD_FRAMING,
            WireCause.BAD_ENCODING,
            WireCause.TLS_HANDSHAKE,
            confidence=Confidence.LIKELY,
        ),
        steps=(
            (
                "Check scheme and port of `{url}` in {file}: http against an https port, or the reverse,"
                " looks like this."
            ),
            "See what speaks there: `curl -v {url}{health}`.",
            (
                "Check that no other service was bound to the port, and that no proxy sets `Content-Encoding`"
                " on bodies it does not encode."
            ),
        ),
        competing=(
            "another service on this port",
            "http and https mixed up",
            "a proxy that rewrites headers wrongly",
        ),
        after=AFTER,
        unless=("tls.no-certificate",),
    ),
    Rule(
        code="net.redirect-loop",
        title="The redirects of {target} lead nowhere",
        level=Level.EXCHANGE,
        owner=Owner.CONFIGURATION,
        symptom="Browsers say 'redirected you too many times'.",
        reads=READS,
        judge=by_wire(WireCause.TOO_MANY_REDIRECTS, WireCause.BAD_REDIRECT),
        steps=(
            "Follow them by hand: `curl -sSIL --max-redirs 5 {url}{health}`.",
            (
                "Look for two layers that redirect to each other: http to https at the app behind an edge"
                " that speaks http to it is the usual pair; have the app trust `X-Forwarded-Proto`."
            ),
            "Look for a canonical host name (`www` or not) that app and edge see differently.",
        ),
        competing=(
            "app and edge that both enforce https",
            "app and edge that each enforce another host name",
        ),
        after=AFTER,
    ),
    Rule(
        code="net.too-large",
        title="{target} answers with more than the suite reads",
        level=Level.EXCHANGE,
        owner=Owner.APP,
        symptom="A check that answers a few hundred bytes when healthy sends megabytes.",
        reads=READS,
        judge=by_wire(WireCause.TOO_LARGE),
        steps=(
            "See how large it is: `curl -sS -o /dev/null -w '%{{size_download}}' {url}{health}`.",
            "Look for a list without a limit, a debug dump, or a file that is served in place of the check.",
            "If the size is intended, declare a smaller path in {file}.",
        ),
        competing=("an endpoint that lists without a limit", "another content under this path"),
        after=AFTER,
    ),
)
