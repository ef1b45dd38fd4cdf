"""The app limits the rate of requests, and the run was over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import limited
from smokegate.diagnosis.wording import body, header, seen
from smokegate.observation.plan.sign_in.names import JOURNEY_NAMES

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """An answer of the application is 429, which was not promised; those of the sign-in journey have their own rule."""
    hits = [
        (each, answer)
        for each in case.backend
        if (answer := case.app(each.name)) and answer.status == 429 and each.name not in JOURNEY_NAMES
        if not case.sound(each.name)
    ]
    if not hits:
        return None
    exchange, answer = hits[0]
    when = [header(answer, "retry-after")] if "retry-after" in answer.headers else []
    signs = Signs(
        evidence=(seen(exchange, *when, body(answer)), *(seen(each) for each, _ in hits[1:3])),
        exchanges=tuple(each.name for each, _ in hits),
        confidence=Confidence.CERTAIN,
    )
    return limited(case, signs)


RULES = (
    Rule(
        code="app.rate-limited",
        level=Level.HEALTH,
        judge=judge,
        after=ANSWERED,
        silences=("app.promise-broken", "app.unhealthy", "app.health-missing"),
    ),
)
