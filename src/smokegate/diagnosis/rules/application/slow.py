"""An answer took longer than its budget."""

from __future__ import annotations

from smokegate.diagnosis.rule import ANSWERED, Case, Level, Rule, Signs
from smokegate.diagnosis.wording import seen
from smokegate.observation.exchange import Exchange
from smokegate.observation.plan.sign_in.names import JOURNEY_NAMES


def judge(case: Case) -> Signs | None:
    """The best time on a warm connection is over the budget of the environment file."""
    over = [(each, budget) for each in case.exchanges if (budget := _over(case, each)) is not None]
    if not over:
        return None
    return Signs(
        tuple(
            seen(
                each,
                f"took {(each.warm_seconds or 0) * 1000:.0f} ms on a warm connection, the budget is"
                f" {budget * 1000:.0f} ms",
            )
            for each, budget in over[:3]
        ),
        tuple(each.name for each, _ in over),
        names={"request": f"{over[0][0].request.method} {over[0][0].request.url}"},
    )


def _over(case: Case, exchange: Exchange) -> float | None:
    promise = case.promise(exchange.name)
    budget = promise.within if promise else None
    monitoring = case.environment.backend.monitoring
    if exchange.name == "monitoring" and monitoring is not None:
        budget = monitoring.within
    sign_in = case.environment.sign_in
    if exchange.name in JOURNEY_NAMES and sign_in is not None:
        budget = sign_in.within
    took = exchange.warm_seconds
    return budget if exchange.answer and budget is not None and took is not None and took > budget else None


RULES = (Rule("app.slow", Level.ADVICE, judge, after=ANSWERED, advisory=True),)
