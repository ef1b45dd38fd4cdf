"""The proxy through which the runner sends its requests gives no way through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import wire_signs
from smokegate.observation.transport.causes import WireCause

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """The request ended at the proxy: it does not listen, or it refuses to connect to this host."""
    return wire_signs(case, case.wires(WireCause.PROXY), Confidence.CERTAIN)


RULES = (
    Rule(
        code="runner.proxy",
        title="The proxy that this machine uses does not connect to {host}",
        level=Level.RUNNER,
        owner=Owner.RUNNER,
        symptom="Nothing can be reached from the runner while visitors are served: `HTTP_PROXY` names a dead proxy.",
        reads=("the connection of every exchange with the backend, where a proxy is set",),
        judge=judge,
        steps=(
            "Do not conclude anything about {host}: it received no request.",
            "Check `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` on the machine that ran the suite: is that proxy up?",
            "If it refuses this host, have it allowed there, or name {hostname} in `NO_PROXY`.",
        ),
        competing=("a proxy that is stopped", "a proxy that does not allow {host}", "a proxy that wants credentials"),
    ),
)
