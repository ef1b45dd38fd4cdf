"""The app limits the rate of requests, and the run was over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import limited
from smokegate.diagnosis.wording import body, header, seen
from smokegate.observation.model import JOURNEY

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """An answer of the application is 429, which was not promised; those of the sign-in journey have their own rule."""
    hits = [
        (each, answer)
        for each in case.backend
        if (answer := case.app(each.name)) and answer.status == 429 and each.name not in JOURNEY
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
        title="The app at {host} limits the rate of requests: too many",
        level=Level.HEALTH,
        owner=Owner.CONFIGURATION,
        symptom="429 'Too Many Requests' from the application, often with `Retry-After`.",
        reads=("every answer of the application with 429",),
        judge=judge,
        steps=(
            "Wait as long as `Retry-After` says, a minute where it says nothing, and run `{verify}` again.",
            "Check for other clients at the same address: another run of this suite, a monitor, a dashboard.",
            "If users meet it too, raise the limit; else exempt the health check and this runner.",
        ),
        competing=("another client behind the same address", "a limit that is too low for normal use"),
        after=ANSWERED,
        silences=("app.promise-broken", "app.unhealthy", "app.health-missing"),
    ),
)
