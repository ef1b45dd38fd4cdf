"""A service of the compose file has no container."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import expected, troubled
from smokegate.diagnosis.server_rule_helpers import EDGE, affected, named
from smokegate.diagnosis.service_state import state


def judge(case: Case) -> Signs | None:
    """A service that must run has no container; compose makes none where one before it does not start."""
    found = [each for each in expected(case) if not each.exists]
    if not found:
        return None
    before = [each for each in expected(case) if each.exists and not each.running and troubled(case, each)]
    return Signs(
        tuple(map(state, found)),
        affected(case),
        Confidence.POSSIBLE if before else Confidence.CERTAIN,
        against=tuple(f"{each.name} does not run, and compose stops at what does not start" for each in before),
        names=named(found),
    )


RULES = (Rule("compose.not-created", Level.SERVER, judge, after=(), silences=EDGE),)
