"""The app answers in good order, and not what was promised."""

from __future__ import annotations

from smokegate.diagnosis.broken import described, is_advisory
from smokegate.diagnosis.exchange_names import is_sample
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.observation.evidence.own_errors import crash
from smokegate.observation.exchange import Exchange


def judge(case: Case) -> Signs | None:
    """An answer of the application breaks a promise of the environment file without being an error."""
    partly = any(case.sound(each.name) for each in case.samples)
    # Where the page stands in for a health check, what is promised of it besides being a page belongs here.
    pages = [each for each in case.samples if case.is_page(each) and (a := case.app(each.name)) and a.status < 400]
    hits = [each for each in (*case.backend, *pages) if _breaks(case, each) and not (is_sample(each.name) and partly)]
    gating = [each for each in hits if not is_advisory(case, each.name)]
    if not hits:
        return None
    shown = gating or hits
    return Signs(
        tuple(described(each, case) for each in shown[:3]),
        tuple(each.name for each in shown),
        Confidence.CERTAIN,
        advisory=not gating,
        names={"request": f"{shown[0].request.method} {shown[0].request.url}"},
    )


def _breaks(case: Case, exchange: Exchange) -> bool:
    answer = case.app(exchange.name)
    if answer is None or answer.status >= 500 or crash(answer):
        return False
    if exchange.name == "monitoring":
        return answer.status != 200
    if exchange.name in {"version", "write", "undo of the write"}:
        return not 200 <= answer.status < 300
    return bool(case.unmet_of(exchange.name))


RULES = (
    Rule(
        "app.promise-broken",
        Level.PROMISE,
        judge,
        unless=(
            "app.wrong-service",
            "app.unhealthy",
            "app.health-missing",
            "app.wrong-version",
            "app.debug-on",
            "frontend.spa-answers-api",
        ),
    ),
)
