"""Why there is no answer: the name leads nowhere, no connection comes about, or no usable HTTP comes over it."""

from __future__ import annotations

from msgspec.structs import replace

from smokegate.diagnosis.rule import Case, Confidence, Level, Owner, Rule, Signs
from smokegate.diagnosis.rule_helpers import beyond_runner, by_wire, wire_signs
from smokegate.observation.transport.causes import Stage, WireCause

NAMED = ("runner", "net.name-not-found", "net.name-server")
"""What must not be the matter before a connection is tried."""
CONNECTED = ("runner", "tls")
"""What must not be the matter before a request is sent."""


def name_server(case: Case) -> Signs | None:
    """The resolver failed: the runner's own, where other names cannot be looked up either."""
    signs = wire_signs(case, case.wires(WireCause.NAME_SERVER), Confidence.LIKELY)
    if signs is None:
        return None
    for probe in case.observation.control:
        if probe.cause and probe.cause.stage is Stage.NAME:
            line = f"control: `{probe.address}` could not be looked up either: {probe.cause.title}"
            return replace(signs, evidence=(*signs.evidence, line), owner=Owner.RUNNER)
    return beyond_runner(case, signs)


def unreachable(case: Case) -> Signs | None:
    """There is no route: on the runner's side of the way or on the server's."""
    return beyond_runner(case, wire_signs(case, case.wires(WireCause.UNREACHABLE)))


def hung(case: Case) -> Signs | None:
    """A request was held until the deadline; one that was then answered may have woken a sleeping instance.

    Never certain: a busy runner, or a way that loses packets, looks the same from here.
    """
    signs = wire_signs(case, case.wires(WireCause.READ_TIMEOUT), Confidence.LIKELY)
    if signs is None or not signs.advisory:
        return signs
    return replace(signs, confidence=Confidence.POSSIBLE, variant="asleep")


timed_out = by_wire(WireCause.CONNECT_TIMEOUT, confidence=Confidence.LIKELY)
reset = by_wire(WireCause.RESET, WireCause.CLOSED)
not_http = by_wire(WireCause.BAD_FRAMING, WireCause.BAD_ENCODING, WireCause.TLS_HANDSHAKE, confidence=Confidence.LIKELY)
redirects = by_wire(WireCause.TOO_MANY_REDIRECTS, WireCause.BAD_REDIRECT)
RULES = (
    Rule("net.name-not-found", Level.NAME, by_wire(WireCause.NAME_NOT_FOUND), after=("runner",)),
    Rule("net.name-server", Level.NAME, name_server, after=("runner",)),
    Rule("net.refused", Level.CONNECT, by_wire(WireCause.REFUSED), after=NAMED),
    Rule("net.unreachable", Level.CONNECT, unreachable, after=NAMED),
    Rule("net.connect-timeout", Level.CONNECT, timed_out, after=NAMED),
    Rule("net.reset", Level.EXCHANGE, reset, after=CONNECTED),
    Rule("net.hung", Level.EXCHANGE, hung, after=CONNECTED),
    Rule("net.truncated", Level.EXCHANGE, by_wire(WireCause.TRUNCATED), after=CONNECTED),
    Rule("net.bad-framing", Level.EXCHANGE, not_http, after=CONNECTED, unless=("tls.no-certificate",)),
    Rule("net.redirect-loop", Level.EXCHANGE, redirects, after=CONNECTED),
    Rule("net.too-large", Level.EXCHANGE, by_wire(WireCause.TOO_LARGE), after=CONNECTED),
)
