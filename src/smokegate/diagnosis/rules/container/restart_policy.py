"""A container has no restart policy that brings it back."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import view_of
from smokegate.diagnosis.server_rule_helpers import named
from smokegate.diagnosis.service_state import weak_policy
from smokegate.diagnosis.wording import quote


def judge(case: Case) -> Signs | None:
    """The policy of a container is not among those that the environment file finds good enough."""
    compose, view = case.environment.compose, view_of(case)
    if compose is None or view is None:
        return None
    found = [each for each in view.services if weak_policy(each, compose, view)]
    if not found:
        return None
    lines = tuple(f"container {each.container}: {quote(f'restart policy: {each.restart_policy}')}" for each in found)
    return Signs(lines, names=named(found))


RULES = (Rule("container.restart-policy", Level.ADVICE, judge, after=(), advisory=True),)
