"""The app limits how often one may sign in, and the suite ran into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import body, header, seen
from smokegate.observation.model import JOURNEY

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """A step of the journey is 429 from the application."""
    hits = [e for name in JOURNEY if (e := case.exchange(name)) and (a := case.app(name)) and a.status == 429]
    if not hits:
        return None
    answer = hits[0].answer
    assert answer is not None
    when = [header(answer, "retry-after")] if "retry-after" in answer.headers else []
    return Signs(
        evidence=(seen(hits[0], *when, body(answer)), *(seen(each) for each in hits[1:3])),
        exchanges=tuple(each.name for each in hits),
    )


RULES = (
    Rule(
        code="sign-in.throttled",
        title="{host} throttles signing in",
        level=Level.SIGN_IN,
        owner=Owner.TEST_DATA,
        symptom="429 'Too many attempts' on register or login.",
        reads=("the status of every step of the journey",),
        judge=judge,
        steps=(
            "Nothing is known of sign-in itself: wait as long as `Retry-After` says, and run again.",
            (
                "Check what else signs in from the same address or with the same account: monitors, parallel"
                " pipelines, a run every minute."
            ),
            "Exempt the suite's account or address from the limit, or run it less often.",
        ),
        competing=("a limit that is set too low for real users too", "an attack that is going on"),
        after=ANSWERED,
    ),
)
