"""The app limits how often one may sign in, and the suite ran into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import body, header, seen
from smokegate.observation.plan.sign_in.names import JOURNEY_NAMES

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """A step of the journey is 429 from the application."""
    hits = [e for name in JOURNEY_NAMES if (e := case.exchange(name)) and (a := case.app(name)) and a.status == 429]
    if not hits:
        return None
    answer = hits[0].answer
    assert answer is not None
    when = [header(answer, "retry-after")] if "retry-after" in answer.headers else []
    return Signs(
        evidence=(seen(hits[0], *when, body(answer)), *(seen(each) for each in hits[1:3])),
        exchanges=tuple(each.name for each in hits),
    )


RULES = (Rule(code="sign-in.throttled", level=Level.SIGN_IN, judge=judge, after=ANSWERED),)
