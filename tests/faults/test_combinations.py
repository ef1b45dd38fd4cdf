"""Two faults at once: whatever they do to each other is told, and no cause that is not there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smokegate.rehearsal.replicas import SLOW
from smokegate.report.rehearsal.model import FaultResult, Trial

Try = Callable[[Trial], FaultResult]


def _quick(trial: Trial) -> bool:
    """Whether a fault shows at once; the others wait for deadlines."""
    return trial.needs is None and not any(word in trial.fault for word in (*SLOW, "slow", "cold-start"))


def _pair(one: Trial, other: Trial) -> Trial:
    title = f"{one.title}; and: {other.title}"
    return Trial(one.environment, f"{one.fault}+{other.fault}", title, (), (*one.causes, *other.causes), "")


@pytest.mark.parametrize("name", ["local", "local-trading"])
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(chosen=st.integers(min_value=0, max_value=2**16))
def test_pair_of_faults_is_never_green_and_invents_no_cause(
    name: str, chosen: int, every_trial: tuple[Trial, ...], tried: Try
) -> None:
    """The diagnosis of two faults does not crash, is never PASS, and names only what one of them shows.

    `pytest --env=NAME --fault=ONE+OTHER` shows the pair.
    """
    mine = [trial for trial in every_trial if trial.environment == name and _quick(trial)]
    pairs = list(combinations(mine, 2))
    one, other = pairs[chosen * 7919 % len(pairs)]
    both = tried(_pair(one, other))
    alone = {code for each in (tried(one), tried(other)) for code in (each.cause, *each.also, *each.trial.causes)}

    assert both.trouble is None, both.text
    assert both.verdict in {"FAIL", "OUTAGE", "WARN", "UNKNOWN"}, both.text
    assert both.red, both.text
    assert {both.cause, *both.also} <= alone, both.text
