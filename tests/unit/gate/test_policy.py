"""What a verdict does to a job."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from smokegate.commands.gate.policy import CHOICES, job_exit, table, worst
from smokegate.diagnosis.verdict import Verdict

PAGE = Path(__file__).parents[3] / "docs/gate.md"
CHOSEN = [dict(zip(("on-outage", "on-unknown"), pair, strict=True)) for pair in product(CHOICES, CHOICES)]


@pytest.mark.parametrize("choices", CHOSEN, ids=str)
def test_no_input_makes_a_broken_deployment_green(choices: dict[str, str]) -> None:
    """FAIL is red alone, and beside any other verdict."""
    assert job_exit(1, ["FAIL"], choices) == 1
    for other in Verdict:
        assert job_exit(1, [other.word, "FAIL"], choices) == 1


@pytest.mark.parametrize(("verdict", "name"), [("OUTAGE", "on-outage"), ("UNKNOWN", "on-unknown")])
def test_only_its_own_input_lets_a_verdict_through(verdict: str, name: str) -> None:
    """By default and with `hold` it is red; `warn` for the other verdict changes nothing."""
    other = {"on-outage": "on-unknown", "on-unknown": "on-outage"}[name]
    code = Verdict[verdict].code

    assert job_exit(code, [verdict], {}) == code
    assert job_exit(code, [verdict], {name: "hold", other: "warn"}) == code
    assert job_exit(code, [verdict], {name: "warn"}) == 0


def test_a_verdict_that_is_let_through_does_not_hide_another() -> None:
    """An outage that is let through leaves what is unknown red."""
    assert job_exit(7, ["OUTAGE", "UNKNOWN"], {"on-outage": "warn"}) == 6
    assert job_exit(7, ["OUTAGE", "WARN"], {"on-outage": "warn"}) == 0
    assert job_exit(7, ["OUTAGE", "WARN"], {"on-outage": "warn"}, strict=True) == 1
    assert job_exit(7, ["OUTAGE", "PASS"], {"on-outage": "warn"}, strict=True, partial=True) == 6


def test_what_is_no_verdict_stays_as_it_is() -> None:
    """Interrupted, an error inside pytest, wrong use and an empty run are red whatever the inputs are."""
    choices = {"on-outage": "warn", "on-unknown": "warn"}
    assert [job_exit(code, ["PASS"], choices) for code in (2, 3, 4, 5)] == [2, 3, 4, 5]


def test_the_worst_verdict_decides() -> None:
    """FAIL, OUTAGE, UNKNOWN; nothing at all is UNKNOWN."""
    assert worst(["PASS", "UNKNOWN", "OUTAGE"]) == "OUTAGE"
    assert worst([]) == "UNKNOWN"


def test_the_page_has_the_truth_table() -> None:
    """docs/gate.md shows what the code does."""
    assert "\n".join(table()) in PAGE.read_text(encoding="utf-8")
