"""What a verdict does to a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import pytest

from smokegate.commands.gate.inputs import CHOICES, LET_THROUGH, job_exit, worst
from smokegate.diagnosis.verdict import Verdict, exit_code
from smokegate.exit_codes import USAGE

PAGE = Path(__file__).parents[3] / "docs/gate.md"
INTERRUPTED, CRASHED = 2, 3
"""pytest's exit codes of a run that has no verdict of its own."""
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


def table() -> Iterator[str]:
    """Yield the truth table as lines of Markdown: every combination, those that make no difference as `any`."""
    yield "| run | strict | on-outage | on-unknown | job |"
    yield "| --- | --- | --- | --- | --- |"
    for title, verdicts, ends in _runs():
        for inputs, job in _merged(
            {key: _job(ends, verdicts, *key) for key in product((False, True), CHOICES, CHOICES)}
        ):
            yield f"| {title} | {' | '.join(inputs)} | {job} |"
    yield "| job skipped, cancelled or failed earlier | any | any | any | red: the job `gate` requires `success` |"


def _runs() -> Iterator[tuple[str, tuple[str, ...], tuple[int, int]]]:
    """Yield what may come of a run: a title, the verdicts, and the exit codes of the run without and with `strict`."""
    mixed = [("PASS",), ("WARN",), ("FAIL",), ("OUTAGE",), ("UNKNOWN",), ("FAIL", "OUTAGE", "UNKNOWN")]
    for words in mixed:
        found = [Verdict[word] for word in words]
        codes = (exit_code(found), exit_code(found, strict=True))
        yield (
            " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) + " together" * (len(words) > 1),
            words,
            codes,
        )
    partial = (exit_code([Verdict.PASS], partial=True), exit_code([Verdict.PASS], strict=True, partial=True))
    yield "PASS, but only some checks ran", ("PASS",), partial
    yield "interrupted (cancelled, timed out)", ("UNKNOWN",), (INTERRUPTED, INTERRUPTED)
    yield "internal error", (), (CRASHED, CRASHED)
    yield "mistake in an input or a file", (), (USAGE, USAGE)
    yield "no report written", (), (Verdict.UNKNOWN.code, Verdict.UNKNOWN.code)


def _job(ends: tuple[int, int], verdicts: Sequence[str], strict: bool, on_outage: str, on_unknown: str) -> str:  # noqa: FBT001 -- a row of the table
    choices = {"on-outage": on_outage, "on-unknown": on_unknown}
    ended = ends[strict]
    code = job_exit(ended, verdicts, choices, strict=strict)
    if code == 0:
        return "green, with a warning" if ended else "green"
    deciding = next((each for each in LET_THROUGH if each.code == code and each.word in verdicts), None)
    hold = deciding is Verdict.OUTAGE or (deciding is not None and choices[LET_THROUGH[deciding]] == "hold")
    return f"red, exit {code}" + (", decision: hold" if hold else "")


def _merged(cells: Mapping[tuple[bool, str, str], str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the rows of one run: an input whose value makes no difference to any of them is `any`."""
    values = ((False, True), CHOICES, CHOICES)

    def matters(place: int) -> bool:
        return any(
            cells[key] != cells[(*key[:place], other, *key[place + 1 :])]  # type: ignore[index]
            for key in cells
            for other in values[place]
        )

    kept = [matters(place) for place in range(3)]
    for key in product(*(value if keep else value[:1] for value, keep in zip(values, kept, strict=True))):
        inputs = tuple(str(each).lower() if keep else "any" for each, keep in zip(key, kept, strict=True))
        yield inputs, cells[key]  # type: ignore[index]
