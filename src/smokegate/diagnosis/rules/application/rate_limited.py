"""The app limits the rate of requests, and the run was over it."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import limited
from smokegate.diagnosis.wording import body, header, seen
from smokegate.observation.evidence.limit import is_limit
from smokegate.observation.plan.sign_in.names import JOURNEY_NAMES


def judge(case: Case) -> Signs | None:
    """An answer is the application's own limit, and not promised; the sign-in journey has a rule of its own."""
    hits = [
        (each, answer)
        for each in case.backend
        if (answer := case.app(each.name)) and is_limit(answer) and each.name not in JOURNEY_NAMES
        if not case.sound(each.name)
    ]
    if not hits:
        return None
    exchange, answer = hits[0]
    when = [header(answer, "retry-after")] if "retry-after" in answer.headers else []
    signs = Signs(
        (seen(exchange, *when, body(answer)), *(seen(each) for each, _ in hits[1:3])),
        tuple(each.name for each, _ in hits),
        Confidence.CERTAIN if answer.status == 429 else Confidence.LIKELY,
    )
    return limited(case, signs)


RULES = (
    Rule(
        "app.rate-limited", Level.HEALTH, judge, silences=("app.promise-broken", "app.unhealthy", "app.health-missing")
    ),
)
