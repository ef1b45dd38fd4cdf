"""The app ends requests in an error of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.case import is_sample
from smokegate.diagnosis.model import Confidence
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import body, seen
from smokegate.observation.evidence.gateway import is_application_error
from smokegate.observation.evidence.self_report import crash

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """The application answers 5xx, or a success that ends in its fatal error, where that was not promised."""
    hits = [
        each
        for each in case.backend
        if (answer := case.app(each.name)) and (answer.status >= 500 or crash(answer)) and is_broken(case, each)
    ]
    partly = case.sound("health") or any(case.sound(each.name) for each in case.samples)
    hits = [each for each in hits if not (partly and (is_sample(each.name) or each.name == "register"))]
    if not hits:
        return None
    from_app = any(each.answer and (is_application_error(each.answer) or crash(each.answer)) for each in hits)
    return Signs(
        evidence=tuple(seen(each, *([body(each.answer)] if each.answer else [])) for each in hits[:3]),
        exchanges=tuple(each.name for each in hits),
        confidence=Confidence.CERTAIN if from_app else Confidence.LIKELY,
    )


RULES = (
    Rule(
        code="app.error", level=Level.HEALTH, judge=judge, after=ANSWERED, unless=("app.wrong-service", "app.unhealthy")
    ),
)
