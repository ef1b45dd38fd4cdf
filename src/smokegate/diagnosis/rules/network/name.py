"""The host name leads nowhere."""

from __future__ import annotations

from msgspec.structs import replace

from smokegate.diagnosis.rule import Case, Confidence, Level, Owner, Rule, Signs
from smokegate.diagnosis.rule_helpers import beyond_runner, by_wire, wire_signs
from smokegate.observation.transport.causes import Stage, WireCause


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


RULES = (
    Rule("net.name-not-found", Level.NAME, by_wire(WireCause.NAME_NOT_FOUND), after=("runner",)),
    Rule("net.name-server", Level.NAME, name_server, after=("runner",)),
)
