"""What a verdict does to a job: the one place where the inputs `on-outage` and `on-unknown` have their meaning.

A red deployment stays red whatever the inputs are: only OUTAGE and UNKNOWN, which say nothing against the
deployment, can be let through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from smokegate.diagnosis.verdict import WORST_FIRST, Verdict, exit_code

CHOICES = ("fail", "hold", "warn")
"""`fail`: the job is red. `hold`: the job is red and the decision is to wait, not to roll back. `warn`: the job
is green with a warning."""
LET_THROUGH = {Verdict.OUTAGE: "on-outage", Verdict.UNKNOWN: "on-unknown"}


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
