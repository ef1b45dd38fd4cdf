"""Render's edge says something that this catalogue does not know yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import by_platform, edge_signs, intermittent

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

CODE = "render.unknown-edge"


def judge(case: Case) -> Signs | None:
    """The header holds a value outside the table."""
    signs = edge_signs(case, CODE, Confidence.LIKELY)
    if signs is None or not intermittent(case, signs):
        return signs
    return by_platform(signs, "Render's edge answers some requests for {target} itself")


RULES = (
    Rule(
        code=CODE,
        title="Render's edge answers for {target}, with a reason that is not known yet",
        level=Level.ROUTING,
        owner=Owner.CONFIGURATION,
        symptom=(
            "An error that the application did not make, with an `x-render-routing` value outside the known ones."
        ),
        reads=("the header `x-render-routing` of every answer",),
        judge=judge,
        steps=(
            (
                "Search Render's documentation and status.render.com for the value in the evidence: the"
                " vocabulary is undocumented and has changed before."
            ),
            (
                "Open the service that belongs to `{target}` in the Render dashboard: its state and its"
                " Events say what the edge means."
            ),
            "When the meaning is known, add the value to `smokegate/knowledge/edges/render.toml`.",
        ),
        competing=("any state of the service that Render's edge reports by this value",),
        after=REACHED,
    ),
)
