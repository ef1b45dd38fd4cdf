"""What Render's edge says in `x-render-routing`: a cause for each value that is known, and one for all others."""

from __future__ import annotations

from smokegate.diagnosis.rule import REACHED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import by_edge, edge_signs

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
NO_SERVER, UNKNOWN = "render.no-server", "render.unknown-edge"
STATIC = "render.static-asset-missing"
HARMLESS = "api on frontend"
"""Asked to see whether the static host pretends to be the API: it should have no file there."""


def static_asset(case: Case) -> Signs | None:
    """The edge says `static-no-asset` to something that must be there: on the frontend's host, or the backend's."""
    hits = tuple(hit for hit in case.edges(STATIC, everywhere=True) if hit.exchange.name != HARMLESS)
    return edge_signs(case, STATIC, hits=hits)


RULES = (
    *(Rule(code, Level.ROUTING, by_edge(code, sure), after=REACHED) for code, sure in VALUES.items()),
    # The outage that this project was born from: nothing is behind the host name.
    Rule(NO_SERVER, Level.ROUTING, by_edge(NO_SERVER, partly="no-server-partly"), after=REACHED),
    Rule(UNKNOWN, Level.ROUTING, by_edge(UNKNOWN, Confidence.LIKELY, partly="unknown-edge-partly"), after=REACHED),
    Rule(STATIC, Level.ROUTING, static_asset, after=REACHED),
)
