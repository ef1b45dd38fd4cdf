"""What a verdict does to a job: the one place where the inputs `on-outage` and `on-unknown` have their meaning.

A red deployment stays red whatever the inputs are: only OUTAGE and UNKNOWN, which say nothing against the
deployment, can be let through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from smokegate.diagnosis.verdict import WORST_FIRST, Verdict, exit_code

CHOICES = ("fail", "hold", "warn")
"""`fail`: the job is red. `hold`: the job is red and the decision is to wait, not to roll back. `warn`: the job
is green with a warning."""
LET_THROUGH = {Verdict.OUTAGE: "on-outage", Verdict.UNKNOWN: "on-unknown"}
INTERRUPTED, CRASHED, USAGE = 2, 3, 4
"""pytest's exit codes of a run that has no verdict of its own."""


def job_exit(
    run_exit: int, verdicts: Sequence[str], choices: Mapping[str, str], *, strict: bool = False, partial: bool = False
) -> int:
    """Return the exit code of the step.

    Args:
        run_exit: what the run itself ended with.
        verdicts: one for each environment; empty where the run left no report.
        choices: the inputs `on-outage` and `on-unknown`.
        strict: whether a warning, and a green run of which a part was left out, are red.
        partial: whether a part of the checks was left out.
    """
    found = [Verdict[word] for word in verdicts]
    through = {each for each in found if choices.get(LET_THROUGH.get(each, "")) == "warn"}
    if run_exit not in {each.code for each in through}:
        return run_exit
    left = [each for each in found if each not in through]
    return exit_code(left, strict=strict, partial=partial) if left else 0


def worst(verdicts: Sequence[str]) -> str:
    """Return the verdict that decides; UNKNOWN where there is none."""
    return next((each.word for each in WORST_FIRST if each.word in verdicts), Verdict.UNKNOWN.word)


def table() -> Iterator[str]:
    """Yield the truth table as lines of Markdown: every combination, those that make no difference as `any`."""
    yield "| run | strict | on-outage | on-unknown | job |"
    yield "| --- | --- | --- | --- | --- |"
    for title, verdicts, ends in _runs():
        for inputs, job in _merged(
            {key: _job(ends, verdicts, *key) for key in product((False, True), CHOICES, CHOICES)}
        ):
            yield f"| {title} | {' | '.join(inputs)} | {job} |"
    yield "| job skipped, cancelled or failed before that | any | any | any | red: the last job requires `success` |"


def _runs() -> Iterator[tuple[str, tuple[str, ...], tuple[int, int]]]:
    """Yield what may come of a run: a title, the verdicts, and the exit codes of the run without and with `strict`."""
    mixed = [("PASS",), ("WARN",), ("FAIL",), ("OUTAGE",), ("UNKNOWN",), ("FAIL", "OUTAGE", "UNKNOWN")]
    for words in mixed:
        found = [Verdict[word] for word in words]
        codes = (exit_code(found), exit_code(found, strict=True))
        yield " beside ".join(words), words, codes
    partial = (exit_code([Verdict.PASS], partial=True), exit_code([Verdict.PASS], strict=True, partial=True))
    yield "PASS of a part of the checks", ("PASS",), partial
    yield "cut short (cancelled, timed out)", ("UNKNOWN",), (INTERRUPTED, INTERRUPTED)
    yield "crashed", (), (CRASHED, CRASHED)
    yield "wrong use: an input, a file", (), (USAGE, USAGE)
    yield "without a report", (), (Verdict.UNKNOWN.code, Verdict.UNKNOWN.code)


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
