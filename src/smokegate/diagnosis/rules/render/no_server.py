"""Nothing is behind the host name on Render: the outage that this project was born from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import by_platform, edge_signs, intermittent

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

CODE = "render.no-server"


def judge(case: Case) -> Signs | None:
    """The edge says `no-server`; where other samples are healthy, the router is at fault."""
    signs = edge_signs(case, CODE)
    if signs is None or not intermittent(case, signs):
        return signs
    return by_platform(signs, "Render's router loses {target} for some requests")


RULES = (
    Rule(
        code=CODE,
        title="Nothing is running behind {target}",
        level=Level.ROUTING,
        owner=Owner.CONFIGURATION,
        symptom="Every path answers 404 'Not Found', the health check too; users get 'Not Found' on login.",
        reads=(
            "the header `x-render-routing` of every answer",
            "whether other samples of the health check are sound",
        ),
        judge=judge,
        steps=(
            (
                "Look for the service in the Render dashboard. That `{target}` resolves and has a certificate"
                " proves nothing: every name under onrender.com does."
            ),
            ("If it is not there, it was deleted or lives in another workspace: create it again from the repository."),
            (
                "If it is there, compare its address with `{target}`: Render appends a suffix to names that"
                " are taken. Correct {file} and the frontend's build."
            ),
            (
                "If the address is right, open its Events: a service whose first deploy failed has no server."
                " Fix the build and deploy."
            ),
            (
                "If service, address and deploy are right, read status.render.com: two of Render's incidents"
                " looked like this."
            ),
        ),
        competing=(
            "the service was deleted, or never created",
            "the host name is wrong (another suffix, another workspace)",
            "no deploy of the service ever went live",
            "an incident of Render's router",
        ),
        after=REACHED,
    ),
)
