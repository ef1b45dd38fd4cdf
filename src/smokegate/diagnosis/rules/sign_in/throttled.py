"""The app limits how often one may sign in, and the suite ran into it."""

from __future__ import annotations

import re

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import body, header, seen
from smokegate.knowledge.refusals import reason_in
from smokegate.observation.evidence.limit import OTHER_FORMS, is_limit
from smokegate.observation.exchange import Answer
from smokegate.observation.plan.sign_in.names import JOURNEY_NAMES

TOO_MANY = re.compile(
    r"(?<!due to )(?<!after )\btoo many (?:login |sign-?in |failed )?(?:attempts|requests|tries)\b", re.IGNORECASE
)
"""A limit that speaks of itself; an account that is locked after too many attempts is another matter."""
REFUSALS = frozenset({400, 401, 403, 422})


def _limits(answer: Answer) -> bool:
    if is_limit(answer):
        return True
    text = answer.body.start[:2000]
    if answer.status not in REFUSALS or not TOO_MANY.search(text):
        return False
    reason = reason_in(text)
    return reason is None or reason.name != "lock"


def judge(case: Case) -> Signs | None:
    """A step of the journey is limited by the application, or is refused for the number of its attempts."""
    hits = [(each, answer) for each, answer in case.answered(*JOURNEY_NAMES) if _limits(answer)]
    if not hits:
        return None
    first, answer = hits[0]
    when = [header(answer, "retry-after")] if "retry-after" in answer.headers else []
    return Signs(
        (seen(first, *when, body(answer)), *(seen(each) for each, _ in hits[1:3])),
        tuple(each.name for each, _ in hits),
        Confidence.LIKELY if answer.status in OTHER_FORMS else Confidence.CERTAIN,
    )


RULES = (Rule("sign-in.throttled", Level.SIGN_IN, judge, silences=("sign-in.standing-refused",)),)
