"""Two faults at once: whatever they do to each other is reported, and no cause that is not there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from random import Random

import pytest

from smokegate.rehearsal.replicas import SLOW
from smokegate.report.rehearsal.model import FaultResult, Trial

Try = Callable[[Trial], FaultResult]


def _quick(trial: Trial) -> bool:
    """Whether a fault shows at once; the others wait for deadlines."""
    return trial.needs is None and not any(word in trial.fault for word in (*SLOW, "slow", "cold-start"))


def _pair(one: Trial, other: Trial) -> Trial:
    title = f"{one.title}; and: {other.title}"
    return Trial(one.environment, f"{one.fault}+{other.fault}", title, (), (*one.causes, *other.causes), "")


@pytest.mark.parametrize("chosen", range(4))
@pytest.mark.parametrize("name", ["local", "local-trading"])
def test_pair_of_faults_is_never_green_and_invents_no_cause(
    name: str, chosen: int, every_trial: tuple[Trial, ...], tried: Try
) -> None:
    """The diagnosis of two faults does not crash, is never PASS, and names only what one of them shows.

    `pytest --env=NAME --fault=ONE+OTHER` shows the pair.
    """
    mine = [trial for trial in every_trial if trial.environment == name and _quick(trial)]
    pairs = list(combinations(mine, 2))
    one, other = Random(chosen).choice(pairs)  # noqa: S311 - the same pairs in every run
    both = tried(_pair(one, other))
    alone = {code for each in (tried(one), tried(other)) for code in (each.cause, *each.also, *each.trial.causes)}

    assert both.trouble is None, both.text
    assert both.verdict in {"FAIL", "OUTAGE", "WARN", "UNKNOWN"}, both.text
    assert both.red, both.text
    assert {both.cause, *both.also} <= alone, both.text
