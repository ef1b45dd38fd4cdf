"""What Render's edge says in `x-render-routing`: a cause for each value that is known."""

from __future__ import annotations

from smokegate.diagnosis.rule import REACHED, Confidence, Level, Rule
from smokegate.diagnosis.rule_helpers import by_edge

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

RULES = tuple(Rule(code, Level.ROUTING, by_edge(code, sure), after=REACHED) for code, sure in VALUES.items())
