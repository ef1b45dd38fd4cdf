"""The backend sends its callers somewhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.case import host_of
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs
from smokegate.diagnosis.wording import header, seen

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.observation.model import Exchange


def judge(case: Case) -> Signs | None:
    """A redirect to another origin came where something else was declared, and no known edge made it."""
    hits = [each for each in case.backend if _leads_away(case, each)]
    if not hits:
        return None
    answer = hits[0].answer
    assert answer is not None
    sound = [each for each in case.backend if case.promise(each.name) and case.sound(each.name)]
    return Signs(
        evidence=(seen(hits[0], header(answer, "location")), *(seen(each) for each in hits[1:3])),
        exchanges=tuple(each.name for each in hits),
        confidence=Confidence.LIKELY if sound else Confidence.CERTAIN,
        against=tuple(seen(each) for each in sound[:1]),
        names={"where": answer.redirects_to or "", "asked": f"{hits[0].request.method} {hits[0].request.url}"},
    )


def _leads_away(case: Case, exchange: Exchange) -> bool:
    answer = exchange.answer
    if answer is None or answer.redirects_to is None or case.promise(exchange.name) is None:
        return False
    edge = case.edge(exchange.name)
    elsewhere = host_of(answer.redirects_to) != host_of(exchange.request.url)
    return elsewhere and not case.sound(exchange.name) and edge is None


RULES = (
    Rule(
        code="net.redirects",
        title="{host} redirects to {where}",
        level=Level.ROUTING,
        owner=Owner.CONFIGURATION,
        symptom="The address in the environment file sends its callers to another host, or to another scheme or port.",
        reads=("the status and `Location` of the health check and of the endpoints",),
        judge=judge,
        steps=(
            "See where it leads: `curl -sSI {url}{health}`.",
            "If that is where the application lives, put its address into `{file}` in place of `{url}`.",
            "If the way there is meant to be checked too, set `follow = true` for that request in `{file}`.",
            "If it is a page to sign in, let the runner in, or check a path that needs no session.",
        ),
        competing=(
            "an application that moved to another name",
            "a canonical host name (`www` or not) that the file does not have",
            "something in front of the application that asks its callers to sign in",
        ),
        after=REACHED,
        silences=("app",),
    ),
)
