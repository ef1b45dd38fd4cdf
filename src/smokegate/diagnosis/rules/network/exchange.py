"""A connection comes about, and no usable HTTP answer comes over it."""

from __future__ import annotations

from msgspec.structs import replace

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import by_wire, wire_signs
from smokegate.observation.transport.causes import WireCause

AFTER = ("runner", "tls")


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
        title="{target} responded only after one request had timed out: was it asleep?",
    )


RULES = (
    Rule("net.reset", Level.EXCHANGE, by_wire(WireCause.RESET, WireCause.CLOSED), after=AFTER),
    Rule("net.hung", Level.EXCHANGE, hung, after=AFTER),
    Rule("net.truncated", Level.EXCHANGE, by_wire(WireCause.TRUNCATED), after=AFTER),
    Rule(
        "net.bad-framing",
        Level.EXCHANGE,
        by_wire(WireCause.BAD_FRAMING, WireCause.BAD_ENCODING, WireCause.TLS_HANDSHAKE, confidence=Confidence.LIKELY),
        after=AFTER,
        unless=("tls.no-certificate",),
    ),
    Rule(
        "net.redirect-loop", Level.EXCHANGE, by_wire(WireCause.TOO_MANY_REDIRECTS, WireCause.BAD_REDIRECT), after=AFTER
    ),
    Rule("net.too-large", Level.EXCHANGE, by_wire(WireCause.TOO_LARGE), after=AFTER),
)
