"""What a verdict does to a job: the one place where the inputs `on-outage` and `on-unknown` have their meaning.

A red deployment stays red whatever the inputs are: only OUTAGE and UNKNOWN, which say nothing against the
deployment, can be let through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

CHOICES = ("fail", "hold", "warn")
"""`fail`: the job is red. `hold`: the job is red and the decision is to wait, not to roll back. `warn`: the job
is green with a warning."""
FAIL, OUTAGE, UNKNOWN = 1, 7, 6
LET_THROUGH = {OUTAGE: "on-outage", UNKNOWN: "on-unknown"}
CODES = {"PASS": 0, "WARN": 0, "FAIL": FAIL, "OUTAGE": OUTAGE, "UNKNOWN": UNKNOWN}
WORST_FIRST = ("FAIL", "OUTAGE", "UNKNOWN", "WARN", "PASS")


def job_exit(run_exit: int, verdicts: Sequence[str], choices: Mapping[str, str]) -> int:
    """Return the exit code of the step.

    Args:
        run_exit: what the run itself ended with.
        verdicts: one for each environment; empty where the run left no report.
        choices: the inputs `on-outage` and `on-unknown`.
    """
    let_through = {CODES[word] for word in verdicts if choices.get(LET_THROUGH.get(CODES[word], "")) == "warn"}
    if run_exit not in let_through:
        return run_exit
    left = [word for word in WORST_FIRST if word in verdicts and CODES[word] not in {0, *let_through}]
    return CODES[left[0]] if left else 0


def worst(verdicts: Sequence[str]) -> str:
    """Return the verdict that decides; UNKNOWN where there is none."""
    return next((word for word in WORST_FIRST if word in verdicts), "UNKNOWN")


def table() -> Iterator[str]:
    """Yield the truth table as lines of Markdown."""
    yield "| verdict | on-outage | on-unknown | job |"
    yield "| --- | --- | --- | --- |"
    for verdict in ("PASS", "WARN", "FAIL"):
        yield f"| {verdict} | any | any | {_job(verdict, 'fail')} |"
    for choice in CHOICES:
        yield f"| OUTAGE | {choice} | any | {_job('OUTAGE', choice)} |"
    for choice in CHOICES:
        yield f"| UNKNOWN | any | {choice} | {_job('UNKNOWN', choice)} |"
    yield f"| run cut short, crashed, or without a report | any | as above | {_job('UNKNOWN', 'fail')} |"
    yield "| job cancelled or skipped | any | any | red: the last job requires `success` |"


def _job(verdict: str, choice: str) -> str:
    code = job_exit(CODES[verdict], [verdict], {"on-outage": choice, "on-unknown": choice})
    if code == 0:
        return "green, with a warning" if CODES[verdict] else "green"
    return f"red, exit {code}" + (", decision: hold" if choice == "hold" or code == OUTAGE else "")
