"""The proxy through which the runner sends its requests gives no way through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence
from smokegate.diagnosis.rule import Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import wire_signs
from smokegate.observation.transport.causes import WireCause

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """The request ended at the proxy: it does not listen, or it refuses to connect to this host."""
    return wire_signs(case, case.wires(WireCause.PROXY), Confidence.CERTAIN)


RULES = (Rule(code="runner.proxy", level=Level.RUNNER, judge=judge),)
