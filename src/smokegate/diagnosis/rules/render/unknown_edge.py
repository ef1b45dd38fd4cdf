"""Render's edge says something that this catalogue does not know yet."""

from __future__ import annotations

from smokegate.diagnosis.model import Confidence
from smokegate.diagnosis.rule import REACHED, Case, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import by_platform, edge_signs, intermittent

CODE = "render.unknown-edge"


def judge(case: Case) -> Signs | None:
    """The header holds a value outside the table."""
    signs = edge_signs(case, CODE, Confidence.LIKELY)
    if signs is None or not intermittent(case, signs):
        return signs
    return by_platform(signs, "Render's edge answers some requests for {target} itself")


RULES = (Rule(CODE, Level.ROUTING, judge, after=REACHED),)
