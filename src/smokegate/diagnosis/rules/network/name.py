"""The host name leads nowhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import beyond_runner, by_wire, wire_signs
from smokegate.observation.transport.causes import Stage, WireCause

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


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
    Rule(
        code="net.name-not-found",
        title="The name {hostname} does not exist",
        level=Level.NAME,
        owner=Owner.CONFIGURATION,
        symptom="Every request fails at once: the host name cannot be resolved.",
        reads=("the name lookup of every exchange with the backend",),
        judge=by_wire(WireCause.NAME_NOT_FOUND),
        steps=(
            (
                "Compare `{hostname}` with the address that the platform's dashboard shows for the service;"
                " correct `backend.url` in {file} if it differs."
            ),
            (
                "If the name is right, check its DNS record: `dig +short {hostname}` from another network;"
                " a custom domain needs its CNAME or A record."
            ),
            "If the record was made or changed a short while ago, wait for its old TTL to pass.",
        ),
        competing=(
            "a record that is there but not yet known to this resolver",
            "a resolver that answers only for an internal network",
        ),
        after=("runner",),
    ),
    Rule(
        code="net.name-server",
        title="The name server gives no usable answer for {hostname}",
        level=Level.NAME,
        owner=Owner.NETWORK,
        symptom="Requests fail before they connect, with a temporary failure in name resolution.",
        reads=("the name lookup of every exchange with the backend", "the control probes"),
        judge=name_server,
        steps=(
            (
                "Ask twice, from here and from another network: `dig {hostname}`. If only this network fails,"
                " its resolver is at fault, not the deployment."
            ),
            ("If both fail, ask the zone's own name servers (`dig +trace {hostname}`) and contact their operator."),
            "Until it is fixed, judge nothing about the app: no request reached it.",
        ),
        competing=("the runner's own resolver", "the name servers of the domain's zone"),
        after=("runner",),
    ),
)
