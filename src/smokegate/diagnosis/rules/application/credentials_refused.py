"""The application does not accept the credentials that the environment file has us send."""

from __future__ import annotations

from smokegate.diagnosis.broken import described
from smokegate.diagnosis.exchange_names import is_sample
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import carries_credentials
from smokegate.observation.exchange import Exchange

UNAUTHORIZED, FORBIDDEN = 401, 403


def judge(case: Case) -> Signs | None:
    """A request with credentials is refused, or every request, where there are none."""
    return _refused(case) or _none_sent(case)


def _refused(case: Case) -> Signs | None:
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
        tuple(described(each, case) for each in hits[:2]), tuple(each.name for each in hits), Confidence.LIKELY
    )


def _none_sent(case: Case) -> Signs | None:
    """Everything that is requested, the health check too, is 401, and the file has no credentials for it."""
    promised = [each for each in case.backend if case.promise(each.name) is not None and each.answer]
    if len(promised) < 2 or any(map(carries_credentials, promised)):
        return None
    if not all(_status(each) == UNAUTHORIZED and case.unmet_of(each.name) and case.app(each.name) for each in promised):
        return None
    return Signs(
        tuple(described(each, case) for each in promised[:2]),
        tuple(each.name for each in promised),
        Confidence.LIKELY,
        variant="none-sent",
    )


def _status(exchange: Exchange) -> int | None:
    return exchange.answer.status if exchange.answer else None


RULES = (
    Rule("access.credentials-refused", Level.ROUTING, judge, silences=("app.promise-broken", "app.health-missing")),
)
