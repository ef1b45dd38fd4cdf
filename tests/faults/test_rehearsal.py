"""Every fault of the embedded replicas is caught by its own checks, and its cause is named."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests_support.golden import normalised, told

from smokegate.rehearsal.replicas import no_browser
from smokegate.report.rehearsal.model import FaultResult, Trial

HERE = Path(__file__).parent
#: What is seen of it depends on which request comes first.
VARIES = {"half-deployed", "half-without-database", "no-server-intermittent", "one-instance-down", "waking"}
Try = Callable[[Trial], FaultResult]


@pytest.mark.parametrize("name", ["local", "local-trading", "local-platform", "local-browser", "local-trading-browser"])
def test_healthy_replica_passes(name: str, verdicts: dict[str, tuple[str, str | None]]) -> None:
    """Without a fault everything is green: whatever is red below is red because of its fault."""
    if name.endswith("browser") and no_browser() is not None and not os.environ.get("CI"):
        pytest.skip("there is no browser here")
    verdict, trouble = verdicts[name]

    assert (verdict, trouble) == ("PASS", None)


def test_fault_is_caught_and_named(trial: Trial, tried: Try) -> None:
    """The fault's own checks are red, the headline names its cause, and the verdict is the right one."""
    result = _result(trial, tried)

    assert result.problems == (), result.text


def test_person_sees_the_golden_text(trial: Trial, tried: Try, request: pytest.FixtureRequest) -> None:
    """What a person sees of the fault is what the golden file says; `--update-golden` writes it anew."""
    if trial.fault in VARIES:
        pytest.skip("what is seen of it differs from run to run")
    seen = normalised(told(_result(trial, tried).text))
    golden = HERE / trial.environment / trial.fault / "expected.txt"
    if request.config.getoption("--update-golden", default=False):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(seen, "utf-8")

    assert golden.is_file(), f"there is no {golden.name} for this fault: run with --update-golden and read what it says"
    assert seen == golden.read_text("utf-8")


def test_no_golden_text_is_left_of_a_fault_that_is_gone(every_trial: tuple[Trial, ...]) -> None:
    """Each golden file belongs to a fault of the catalogue."""
    known = {(trial.environment, trial.fault) for trial in every_trial}
    there = {(file.parent.parent.name, file.parent.name) for file in HERE.glob("*/*/expected.txt")}

    assert there <= known


def _result(trial: Trial, tried: Try) -> FaultResult:
    result = tried(trial)
    if result.left_out is not None:
        pytest.skip(f"not rehearsed here: {result.left_out}")
    return result
