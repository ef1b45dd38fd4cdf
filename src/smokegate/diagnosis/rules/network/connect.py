"""The name resolves, and no connection comes about."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import beyond_runner, by_wire, wire_signs
from smokegate.observation.transport.causes import WireCause

AFTER = ("runner", "net.name-not-found", "net.name-server")


def unreachable(case: Case) -> Signs | None:
    """There is no route: on the runner's side of the way or on the server's."""
    return beyond_runner(case, wire_signs(case, case.wires(WireCause.UNREACHABLE)))


RULES = (
    Rule("net.refused", Level.CONNECT, by_wire(WireCause.REFUSED), after=AFTER),
    Rule("net.unreachable", Level.CONNECT, unreachable, after=AFTER),
    Rule(
        "net.connect-timeout",
        Level.CONNECT,
        by_wire(WireCause.CONNECT_TIMEOUT, confidence=Confidence.LIKELY),
        after=AFTER,
    ),
)
