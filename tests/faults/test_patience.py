"""A rehearsal on a busy machine says nothing of latency but where latency is the fault."""

from __future__ import annotations

from smokegate.environment.model import Environment
from smokegate.rehearsal.replicas import arguments
from smokegate.report.rehearsal.model import Trial


def test_budgets_are_widened_unless_the_fault_is_slowness(
    environments: dict[str, Environment], every_trial: tuple[Trial, ...]
) -> None:
    widened = {trial.fault: "--set=backend.health.within=60s" in _line(environments, trial) for trial in every_trial}

    assert widened["no-server"]
    assert not widened["slow"]
    assert "--set=backend.health.within=60s" in arguments(environments["local"])


def _line(environments: dict[str, Environment], trial: Trial) -> list[str]:
    return arguments(environments[trial.environment], trial)
