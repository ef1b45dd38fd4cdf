"""The application does not accept the credentials that the environment file has us send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import described
from smokegate.diagnosis.exchange_names import is_sample
from smokegate.diagnosis.model import Confidence
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import carries_credentials

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.observation.exchange import Exchange

UNAUTHORIZED, FORBIDDEN = 401, 403


def judge(case: Case) -> Signs | None:
    """A request with credentials is refused: by 401, or all but a health check, which may be open, by 403."""
    carrying = [each for each in case.backend if carries_credentials(each) and case.promise(each.name) is not None]
    unmet = [each for each in carrying if case.unmet_of(each.name)]
    hits = [each for each in unmet if _status(each) == UNAUTHORIZED]
    guarded = [each for each in carrying if not is_sample(each.name)] or carrying
    if not hits and guarded and all(_status(each) == FORBIDDEN for each in guarded):
        hits = [each for each in unmet if case.app(each.name) is not None]
    if not hits:
        return None
    return Signs(
        evidence=tuple(described(each, case) for each in hits[:2]),
        exchanges=tuple(each.name for each in hits),
        confidence=Confidence.LIKELY,
    )


def _status(exchange: Exchange) -> int | None:
    return exchange.answer.status if exchange.answer else None


RULES = (
    Rule(
        code="access.credentials-refused",
        level=Level.ROUTING,
        judge=judge,
        after=ANSWERED,
        silences=("app.promise-broken", "app.health-missing"),
    ),
)
