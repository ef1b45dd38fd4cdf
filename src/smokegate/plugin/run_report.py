"""Brings a run's outcomes, observations and diagnoses together into the report that every format renders."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from smokegate.diagnosis.engine import diagnose
from smokegate.diagnosis.model import Diagnosis
from smokegate.diagnosis.outcome import NEVER_RAN, TestOutcome
from smokegate.diagnosis.verdict import decide, decision, exit_code, reasons
from smokegate.environment.coverage import not_covered
from smokegate.environment.model import Environment
from smokegate.observation.model import Observation
from smokegate.plugin.session import Run
from smokegate.report.model import EnvironmentReport, RunReport

KEPT = {
    pytest.ExitCode.INTERRUPTED,
    pytest.ExitCode.INTERNAL_ERROR,
    pytest.ExitCode.USAGE_ERROR,
    pytest.ExitCode.NO_TESTS_COLLECTED,
}


def report_of(run: Run, seconds: float, exitstatus: int, *, cut_short: bool) -> RunReport:
    """Return the decided report of a run."""
    reports = tuple(_environment(run, environment, cut_short=cut_short) for environment in run.environments)
    decided = exit_code(
        [report.verdict for report in reports],
        strict=run.settings.strict,
        partial=any(report.partial or report.count("not judged") for report in reports),
    )
    if exitstatus in KEPT:
        decided = int(exitstatus)
    elif exitstatus == pytest.ExitCode.TESTS_FAILED and decided == 0:
        decided = 1  # something failed that is not a smoke test, or a warning became an error: never green
    return RunReport(run.started, seconds, decided, reports)


def _environment(run: Run, declared: Environment, *, cut_short: bool) -> EnvironmentReport:
    environment, observation = run.results.get(declared.name, (declared, None))
    outcomes = _outcomes(run, declared.name)
    if observation is None:
        observation = Observation(declared.name, complete=not outcomes)
    missing = not observation.complete or any(o.outcome == "not run" for o in outcomes)
    if (cut_short and missing) or declared.name in run.failures:
        observation = replace(observation, complete=False)
    diagnosis = Diagnosis(declared.name)
    with run.guarded("the diagnosis"):
        diagnosis = diagnose(environment, observation, outcomes, run.settings.command.format(declared.name))
    diagnosis = replace(diagnosis, errors=(*diagnosis.errors, *run.errors))
    partial = run.partial.get(declared.name, "")
    why = reasons(outcomes, diagnosis, observation, environment, partial=partial)
    verdict = decide(outcomes, diagnosis, observation, environment)
    if declared.name in run.failures:
        why = (run.failures[declared.name], *why)
    return EnvironmentReport(
        environment,
        observation,
        diagnosis,
        outcomes,
        verdict,
        tuple(why),
        tuple(not_covered(environment)),
        partial=partial,
        lost=bool(run.outcomes[declared.name]) and declared.name not in run.results.keys() | run.failures.keys(),
        decision=decision(verdict, diagnosis, partial=partial),
    )


def _outcomes(run: Run, name: str) -> tuple[TestOutcome, ...]:
    seen = run.outcomes[name]
    never = (
        TestOutcome(id=each, outcome="not run", why=NEVER_RAN, code=run.planned[name][each])
        for each in sorted(run.planned[name].keys() - seen.keys())
    )
    return (*seen.values(), *never)
