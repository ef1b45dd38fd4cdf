"""The container of the database does not serve."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import last_words, role, unexplained, view_of
from smokegate.diagnosis.server_rule_helpers import EDGE, affected
from smokegate.diagnosis.service_state import state
from smokegate.diagnosis.wording import quote


def judge(case: Case) -> Signs | None:
    """The database's container does not run, or does so for moments only; a paused one is a cause of its own."""
    view = view_of(case)
    found = [each for each in unexplained(case) if role(case, each) == "database" and each.exists]
    down = [each for each in found if each.state != "paused" and (not each.running or each.crash_looping)]
    if view is None or not down:
        return None
    ready = (f"pg_isready: {quote(view.database.detail)}",) if view.database else ()
    words = tuple(line for each in down for line in last_words(each))
    return Signs((*map(state, down), *ready, *words), affected(case))


RULES = (Rule("container.database-down", Level.SERVER, judge, after=(), silences=EDGE),)
