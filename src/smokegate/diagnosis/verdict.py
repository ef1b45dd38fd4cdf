"""The one place where verdicts and exit codes are decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import failed_attempts, is_broken
from smokegate.diagnosis.case import Case
from smokegate.diagnosis.model import Diagnosis, Finding, Owner
from smokegate.diagnosis.outcome import NEVER_RAN, TestOutcome
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
    UNKNOWN = ("UNKNOWN", 6)

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
REPORT = "please report this line"
CUT_SHORT = "the run was cut short: what it had not requested by then is not known"
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
    if failures(outcomes) or (_blocked(outcomes) and _cause(diagnosis)):
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
    if verdict is Verdict.FAIL and headline is not None and headline.owner is Owner.CONFIGURATION:
        return "fix the configuration, a rollback will not help"
    if partial and (verdict in {Verdict.PASS, Verdict.WARN} or (verdict is Verdict.UNKNOWN and headline is None)):
        return "nothing is decided: only a part of the checks ran"
    if verdict is Verdict.UNKNOWN and headline is not None:
        return UNJUDGED.get(headline.owner, DECISIONS[verdict])
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
    shares = (*((partial,) if partial else ()), *_not_judged(outcomes))
    if verdict is Verdict.PASS:
        return (*(shares or ("every declared check ran and passed",)), *_remarks(observation))
    shares += _remarks(observation)
    held_in_part = warnings(outcomes, diagnosis, observation, environment)
    notes = (*unchecked(outcomes, diagnosis, observation), *held_in_part, *shares)
    failed, cause = failures(outcomes), _cause(diagnosis)
    if not failed and not (_blocked(outcomes) and cause):
        return notes
    first = f"{len(failed)} gating check{'' if len(failed) == 1 else 's'} failed"
    if not failed and cause:
        first = f"every check that was selected is blocked by one cause: {cause.title}"
    blame = {
        Verdict.OUTAGE: ("the evidence says the platform, not the app",),
        Verdict.UNKNOWN: ("the evidence does not say that the deployment is at fault: it could not be judged",),
    }
    return (first, *blame.get(verdict, ()), *notes)


def failures(outcomes: Sequence[TestOutcome]) -> tuple[TestOutcome, ...]:
    """Return the gating checks that failed, and tests that ended in an error of their own."""
    return tuple(
        each for each in outcomes if each.outcome in {"failed", "error"} and not each.advisory and not each.internal
    )


def _blocked(outcomes: Sequence[TestOutcome]) -> tuple[TestOutcome, ...]:
    """Return the gating checks that are blocked: what an advisory one does not say was never needed."""
    return tuple(each for each in outcomes if each.outcome == "blocked" and not each.advisory)


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


def unchecked(outcomes: Sequence[TestOutcome], diagnosis: Diagnosis, observation: Observation) -> tuple[str, ...]:
    """Return the sentences that say why something was not judged."""
    found = []
    if not any(each.outcome in {"passed", "failed", "advisory", "error"} for each in outcomes):
        found.append("nothing was checked")
    found += [
        f"error inside smokegate in {_brief(each.label)}: {each.why}; {REPORT}" for each in outcomes if each.internal
    ]
    found += [f"error inside smokegate in {each}; {REPORT}" for each in diagnosis.errors]
    left: dict[str, list[str]] = {}
    for each in outcomes:
        if each.outcome in {"skipped", "not run"} or (each.outcome == "error" and each.advisory):
            left.setdefault(each.why, []).append(each.label)
    if not observation.complete:
        never = left.pop(NEVER_RAN, [])
        found.append(f"the run was cut short, {len(never)} not checked: {_some(never)}" if never else CUT_SHORT)
    found += [f"not checked: {_some(labels)}" + (f" ({why})" if why else "") for why, labels in left.items()]
    blocked = _blocked(outcomes)
    if blocked and not failures(outcomes):
        for why in dict.fromkeys(each.why or "nothing that is red explains it" for each in blocked):
            number = sum(each.why == why for each in blocked) or len(blocked)
            found.append(f"{number} check{'' if number == 1 else 's'} could not be judged: {why}")
    return tuple(found)


def _remarks(observation: Observation) -> tuple[str, ...]:
    """Return what is worth a note and never red: optional variables that the platform's API does not list."""
    backend = getattr(observation.platform, "backend", None)
    if backend is None or not backend.without:
        return ()
    return (f"optional, and not set for {backend.name} on Render: {', '.join(backend.without)}",)


def _some(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    return ", ".join(map(_brief, labels[:3])) + more


def _brief(label: str) -> str:
    """Return a label without the path of its file, where there is no code: a worker that crashed passed none on."""
    return label.rpartition("::")[2]


def _not_judged(outcomes: Sequence[TestOutcome]) -> tuple[str, ...]:
    """Return how many checks were judged, where nothing failed and something was not found, or left open."""
    if failures(outcomes) or _blocked(outcomes):
        return ()
    without = [each for each in outcomes if each.outcome in {"not judged", "blocked"}]
    whys = "; ".join(dict.fromkeys(f"{each.label}: {each.why}" for each in without))
    return (f"{len(outcomes) - len(without)} of {len(outcomes)} judged ({whys})",) if without else ()


def warnings(
    outcomes: Sequence[TestOutcome],
    diagnosis: Diagnosis,
    observation: Observation,
    environment: Environment,
) -> tuple[str, ...]:
    """Return the sentences that say what holds only in part."""
    found = [
        f"advisory: {each.why or each.label}"
        for each in outcomes
        if each.outcome == "advisory" or (each.advisory and each.outcome == "failed")
    ]
    unseen = not failures(outcomes) and not _blocked(outcomes)
    found += [f"{each.title} ({each.code})" for each in diagnosis.findings if each.advisory or unseen]
    case = Case(environment, observation, tuple(outcomes))
    again = [
        f"{name} ({failed_attempts(case, each)} of {len(each.attempts)} attempts failed)"
        for name, each in observation.exchanges.items()
        if each.earlier and not is_broken(case, each)
    ]
    if again:
        found.append(f"succeeded only after a retry: {', '.join(again)}")
    return tuple(found)
