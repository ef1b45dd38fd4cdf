"""A container has not passed its health check yet."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import last_words, unexplained, view_of
from smokegate.diagnosis.server_rule_helpers import EDGE, affected, named
from smokegate.diagnosis.service_state import state

LONG = 60.0
"""Seconds after which a start counts as too long; before that it may only need more time."""


def judge(case: Case) -> Signs | None:
    """A container runs and has neither passed its health check nor failed it for good."""
    view = view_of(case)
    found = [each for each in unexplained(case) if each.health == "starting" and not each.crash_looping]
    if view is None or not found:
        return None
    ages = [age for each in found if (age := view.uptime(each)) is not None]
    since = tuple(f"it has been starting for {age:.0f} s" for age in ages)
    return Signs(
        (*map(state, found), *since, *(line for each in found for line in last_words(each))),
        affected(case),
        Confidence.LIKELY if ages and max(ages) > LONG else Confidence.POSSIBLE,
        names=named(found),
    )


RULES = (Rule("container.starting-too-long", Level.SERVER, judge, after=(), silences=EDGE),)
