"""The one place where verdicts and exit codes are decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from smokegate import exit_codes
from smokegate.diagnosis.model import Confidence, Diagnosis, Finding, Owner
from smokegate.diagnosis.outcome import TestOutcome
from smokegate.diagnosis.shortfalls import blocked_checks, failures, remarks, shares_judged, unchecked, warnings
from smokegate.diagnosis.undetermined import CODE as UNDETERMINED

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.observation.model import Observation


class Verdict(Enum):
    """What a run says of one environment: the word, and the exit code that it has."""

    PASS = ("PASS", 0)
    WARN = ("WARN", 0)
    FAIL = ("FAIL", 1)
    OUTAGE = ("OUTAGE", 7)
    UNKNOWN = ("UNKNOWN", exit_codes.UNKNOWN)

    def __init__(self, word: str, code: int) -> None:
        self.word = word
        self.code = code


BY_OWNER = {
    Owner.PLATFORM: Verdict.OUTAGE,
    Owner.RUNNER: Verdict.UNKNOWN,
    Owner.NETWORK: Verdict.UNKNOWN,
    Owner.TEST_DATA: Verdict.UNKNOWN,
    Owner.DEPLOY: Verdict.UNKNOWN,
}
"""What a failure comes to where its cause is not the deployment's own; every other owner's is FAIL."""
WORST_FIRST = (Verdict.FAIL, Verdict.OUTAGE, Verdict.UNKNOWN, Verdict.WARN, Verdict.PASS)


def decide(
    outcomes: Sequence[TestOutcome],
    diagnosis: Diagnosis,
    observation: Observation,
    environment: Environment,
) -> Verdict:
    """Return the verdict on one environment.

    A failure is the deployment's, unless the headline says that the platform (OUTAGE), or the runner, the way
    there or the suite's own data (UNKNOWN) is at fault. Where only blocked checks ran (a selection), a cause
    that was found decides in the same way. Otherwise whatever could not be judged makes it UNKNOWN, and whatever
    holds only in part makes it WARN.
    """
    if failures(outcomes) or (blocked_checks(outcomes) and _cause(diagnosis)):
        return _blame(outcomes, diagnosis)
    if unchecked(outcomes, diagnosis, observation):
        return Verdict.UNKNOWN
    return Verdict.WARN if warnings(outcomes, diagnosis, observation, environment) else Verdict.PASS


def exit_code(verdicts: Iterable[Verdict], *, strict: bool = False, partial: bool = False) -> int:
    """Return the exit code of the worst verdict; none is UNKNOWN.

    Where `strict`, a warning is 1, and what is green although not all was judged is UNKNOWN's.
    """
    given = set(verdicts) or {Verdict.UNKNOWN}
    worst = next(verdict for verdict in WORST_FIRST if verdict in given)
    if worst.code == 0 and strict and partial:
        return Verdict.UNKNOWN.code
    return 1 if worst is Verdict.WARN and strict else worst.code


UNJUDGED = {
    Owner.DEPLOY: "nothing was learned: wait for the deploy, run again",
    Owner.NETWORK: "nothing was learned: follow the steps, run again",
    Owner.TEST_DATA: "nothing was learned: follow the steps, run again",
}
"""What to do where the cause is not the runner itself."""
IN_PART = "not everything could be judged: fix the reason given, run again"
"""What to do where no cause is named, such as a variable that is not set: the runner may be in order."""
DECISIONS = {
    Verdict.PASS: "go on",
    Verdict.WARN: "go on, look at the warnings",
    Verdict.FAIL: "fix or roll back",
    Verdict.OUTAGE: "hold, do not roll back",
    Verdict.UNKNOWN: "nothing was learned: fix the runner, run again",
}


def decision(verdict: Verdict, diagnosis: Diagnosis, *, partial: str = "") -> str:
    """Return what to do, in a few words."""
    headline = diagnosis.headline
    if verdict is Verdict.FAIL and headline is not None and headline.code == "app.wrong-version":
        return "the expected version is not seen to be live: follow the steps"
    if verdict is Verdict.FAIL and headline is not None and headline.owner is Owner.CONFIGURATION:
        return "fix the configuration, a rollback may not help"
    if partial and (verdict in {Verdict.PASS, Verdict.WARN} or (verdict is Verdict.UNKNOWN and headline is None)):
        return "nothing is decided: only a part of the checks ran"
    if verdict is Verdict.UNKNOWN:
        if headline is None:
            return IN_PART
        surely = headline.owner is Owner.RUNNER and headline.confidence is Confidence.CERTAIN
        return DECISIONS[verdict] if surely else UNJUDGED.get(headline.owner, UNJUDGED[Owner.NETWORK])
    return DECISIONS[verdict]


def reasons(
    outcomes: Sequence[TestOutcome],
    diagnosis: Diagnosis,
    observation: Observation,
    environment: Environment,
    *,
    partial: str = "",
) -> tuple[str, ...]:
    """Return the sentences that say why the verdict is what it is, the decisive one first."""
    verdict = decide(outcomes, diagnosis, observation, environment)
    shares = (*((partial,) if partial else ()), *shares_judged(outcomes))
    if verdict is Verdict.PASS:
        return (*(shares or ("every declared check ran and passed",)), *remarks(observation))
    shares += remarks(observation)
    held_in_part = warnings(outcomes, diagnosis, observation, environment)
    notes = (*unchecked(outcomes, diagnosis, observation), *held_in_part, *shares)
    failed, cause = failures(outcomes), _cause(diagnosis)
    if not failed and not (blocked_checks(outcomes) and cause):
        return notes
    first = f"{len(failed)} gating check{'' if len(failed) == 1 else 's'} failed"
    if not failed and cause:
        first = f"every check that was selected is blocked by one cause: {cause.title}"
    blame = {
        Verdict.OUTAGE: ("the evidence says the platform, not the app",),
        Verdict.UNKNOWN: ("the evidence does not say that the deployment is at fault: it could not be judged",),
    }
    return (first, *blame.get(verdict, ()), *notes)


def _cause(diagnosis: Diagnosis) -> Finding | None:
    headline = diagnosis.headline
    return headline if headline and not headline.advisory and headline.code != UNDETERMINED else None


def _blame(outcomes: Sequence[TestOutcome], diagnosis: Diagnosis) -> Verdict:
    """Return the verdict of a failure. A cause outside the deployment excuses what it explains, and no more."""
    cause = _cause(diagnosis)
    verdict = BY_OWNER.get(cause.owner, Verdict.FAIL) if cause else Verdict.FAIL
    if cause is None or verdict is Verdict.FAIL or cause.owner is Owner.RUNNER or "health" in cause.exchanges:
        return verdict
    excused = {name for each in diagnosis.findings if each.owner in BY_OWNER for name in each.exchanges}
    proven = [each for each in failures(outcomes) if not _is_excused(each, cause, excused)]
    return Verdict.FAIL if proven else verdict


def _is_excused(failed: TestOutcome, cause: Finding, excused: set[str]) -> bool:
    """Whether a failure follows from a cause outside: it read what that explains.

    One that names no exchange may be of the server's side, which the way there explains; wrong test data does not.
    """
    if failed.failed_on:
        return failed.failed_on in excused
    return cause.owner is not Owner.TEST_DATA or not excused.isdisjoint(failed.exchanges)
