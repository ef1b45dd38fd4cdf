"""Nothing is behind the host name on Render: the outage that this project was born from."""

from __future__ import annotations

from smokegate.diagnosis.rule import REACHED, Case, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import by_platform, edge_signs, intermittent

CODE = "render.no-server"


def judge(case: Case) -> Signs | None:
    """The edge says `no-server`; where other samples are healthy, the router is at fault."""
    signs = edge_signs(case, CODE)
    if signs is None or not intermittent(case, signs):
        return signs
    return by_platform(signs, "Render's router loses {target} for some requests")


RULES = (Rule(CODE, Level.ROUTING, judge, after=REACHED),)
