"""An answer took longer than its budget."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Level, Rule, Signs
from smokegate.diagnosis.wording import seen


def judge(case: Case) -> Signs | None:
    """The best time on a warm connection is over the budget of the environment file."""
    over = [
        (each, took, budget)
        for each in case.exchanges
        if each.answer and (took := each.warm_seconds) and (budget := case.budget(each.name)) and took > budget
    ]
    if not over:
        return None
    said = "took {:.0f} ms on a warm connection, the budget is {:.0f} ms"
    return Signs(
        tuple(seen(each, said.format(took * 1000, budget * 1000)) for each, took, budget in over[:3]),
        tuple(each.name for each, _, _ in over),
        names={"request": f"{over[0][0].request.method} {over[0][0].request.url}"},
    )


RULES = (Rule("app.slow", Level.ADVICE, judge, advisory=True),)
