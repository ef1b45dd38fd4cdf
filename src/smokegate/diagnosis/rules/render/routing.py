"""What Render's edge says in `x-render-routing`: a cause for each value that is known."""

from __future__ import annotations

from smokegate.diagnosis.model import Confidence
from smokegate.diagnosis.rule import REACHED, Case, Judge, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import edge_signs

VALUES = {
    "render.wake-throttled": Confidence.CERTAIN,
    "render.suspended-by-owner": Confidence.CERTAIN,
    "render.suspended-billing": Confidence.CERTAIN,
    "render.no-deploy": Confidence.LIKELY,
    "render.crashing-paid": Confidence.CERTAIN,
    "render.crashing-free": Confidence.CERTAIN,
    "render.subdomain-disabled": Confidence.CERTAIN,
    "render.interstitial": Confidence.CERTAIN,
}
"""How sure the edge's own word makes each cause."""


def by_value(code: str) -> Judge:
    """Judge by the answers that the edge made for this cause."""

    def judge(case: Case) -> Signs | None:
        return edge_signs(case, code, VALUES[code])

    return judge


RULES = tuple(Rule(code, Level.ROUTING, by_value(code), after=REACHED) for code in VALUES)
