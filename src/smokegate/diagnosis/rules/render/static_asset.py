"""A static site on Render has no file for a path: on the frontend's host, or where the backend should be."""

from __future__ import annotations

from smokegate.diagnosis.rule import REACHED, Case, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import edge_signs

CODE = "render.static-asset-missing"
HARMLESS = "api on frontend"
"""Asked to see whether the static host pretends to be the API: it should have no file there."""


def judge(case: Case) -> Signs | None:
    """The edge says `static-no-asset` to something that must be there."""
    hits = tuple(hit for hit in case.edges(CODE, everywhere=True) if hit.exchange.name != HARMLESS)
    return edge_signs(case, CODE, hits=hits)


RULES = (Rule(CODE, Level.ROUTING, judge, after=REACHED),)
