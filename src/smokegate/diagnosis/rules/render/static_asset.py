"""A static site on Render has no file for a path: on the frontend's host, or where the backend should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import edge_signs
from smokegate.diagnosis.rules.render.routing import READS

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

CODE = "render.static-asset-missing"
HARMLESS = "api on frontend"
"""Asked to see whether the static host pretends to be the API: it should have no file there."""


def judge(case: Case) -> Signs | None:
    """The edge says `static-no-asset` to something that must be there."""
    hits = tuple(hit for hit in case.edges(CODE, everywhere=True) if hit.exchange.name != HARMLESS)
    return edge_signs(case, CODE, hits=hits)


RULES = (
    Rule(
        code=CODE,
        title="The static site {target} has no file for a path that is needed",
        level=Level.ROUTING,
        owner=Owner.CONFIGURATION,
        symptom="404 with an empty body from a static site that exists.",
        reads=READS,
        judge=judge,
        steps=(
            (
                "It was `{asked}`: check that the build writes that file into the 'Publish Directory' of the"
                " site's settings."
            ),
            "For a single-page app add the rewrite `/*` to `/index.html`.",
            "If this host should be the backend and not a static site, correct its address in {file}.",
        ),
        competing=(
            "a publish directory that is set wrongly",
            "a build that produced nothing",
            "a page that names a file of an older build",
        ),
        after=REACHED,
    ),
)
