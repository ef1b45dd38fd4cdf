"""A connection comes about, and no usable HTTP answer comes over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from smokegate.diagnosis.model import Confidence
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.rule_helpers import by_wire, wire_signs
from smokegate.observation.transport.causes import WireCause

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.rule import Signs

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
    Rule(code="net.reset", level=Level.EXCHANGE, judge=by_wire(WireCause.RESET, WireCause.CLOSED), after=AFTER),
    Rule(code="net.hung", level=Level.EXCHANGE, judge=hung, after=AFTER),
    Rule(code="net.truncated", level=Level.EXCHANGE, judge=by_wire(WireCause.TRUNCATED), after=AFTER),
    Rule(
        code="net.bad-framing",
        level=Level.EXCHANGE,
        judge=by_wire(
            WireCause.BAD_FRAMING,
            WireCause.BAD_ENCODING,
            WireCause.TLS_HANDSHAKE,
            confidence=Confidence.LIKELY,
        ),
        after=AFTER,
        unless=("tls.no-certificate",),
    ),
    Rule(
        code="net.redirect-loop",
        level=Level.EXCHANGE,
        judge=by_wire(WireCause.TOO_MANY_REDIRECTS, WireCause.BAD_REDIRECT),
        after=AFTER,
    ),
    Rule(code="net.too-large", level=Level.EXCHANGE, judge=by_wire(WireCause.TOO_LARGE), after=AFTER),
)
