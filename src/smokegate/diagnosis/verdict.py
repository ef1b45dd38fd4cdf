"""The one place where verdicts and exit codes are decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import OPENS, failed_attempts, is_broken
from smokegate.diagnosis.case import Case
from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.undetermined import CODE as UNDETERMINED
from smokegate.observation.plan.backend import endpoint_name

if TYPE_CHECKING:
    from smokegate.diagnosis.model import Diagnosis, Finding
    from smokegate.diagnosis.outcome import TestOutcome
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
}
"""What a failure comes to where its cause is not the deployment's own; every other owner's is FAIL."""
WORST_FIRST = (Verdict.FAIL, Verdict.OUTAGE, Verdict.UNKNOWN, Verdict.WARN, Verdict.PASS)


def decide(
    outcomes: Sequence[TestOutcome], diagnosis: Diagnosis, observation: Observation, environment: Environment
) -> Verdict:
    """Return the verdict on one environment.

    A failure is the deployment's, unless the headline says that the platform (OUTAGE), or the runner, the way
    there or the suite's own data (UNKNOWN) is at fault. Where only blocked tests ran (a selection), a cause
    that was found decides in the same way. Otherwise whatever was not checked makes it UNKNOWN, and whatever
    held only in part makes it WARN.
    """
    if failures(outcomes) or (_blocked(outcomes) and _cause(diagnosis)):
        return _blame(diagnosis)
    if unchecked(outcomes, observation):
        return Verdict.UNKNOWN
    return Verdict.WARN if warnings(outcomes, diagnosis, observation, environment) else Verdict.PASS


def exit_code(verdicts: Iterable[Verdict], *, strict: bool = False) -> int:
    """Return the exit code of the worst verdict; a warning is 1 only where `strict`; none is UNKNOWN."""
    given = set(verdicts) or {Verdict.UNKNOWN}
    worst = next(verdict for verdict in WORST_FIRST if verdict in given)
    return 1 if worst is Verdict.WARN and strict else worst.code


def reasons(
    outcomes: Sequence[TestOutcome], diagnosis: Diagnosis, observation: Observation, environment: Environment
) -> tuple[str, ...]:
    """Return the sentences that tell why the verdict is what it is, the decisive one first."""
    verdict = decide(outcomes, diagnosis, observation, environment)
    if verdict is Verdict.PASS:
        return ("every declared promise was checked and holds",)
    notes = (*unchecked(outcomes, observation), *warnings(outcomes, diagnosis, observation, environment))
    failed, cause = failures(outcomes), _cause(diagnosis)
    if not failed and not (_blocked(outcomes) and cause):
        return notes
    first = f"{len(failed)} gating promise{' does' if len(failed) == 1 else 's do'} not hold"
    if not failed and cause:
        first = f"every test that was selected is blocked by one cause: {cause.title}"
    blame = {
        Verdict.OUTAGE: ("the evidence says the platform, not the app: do not roll back",),
        Verdict.UNKNOWN: ("the evidence does not say that the deployment is at fault: it could not be judged",),
    }
    return (first, *blame.get(verdict, ()), *notes)


def failures(outcomes: Sequence[TestOutcome]) -> tuple[TestOutcome, ...]:
    """Return the tests whose promise gates and does not hold, and those that broke."""
    return tuple(each for each in outcomes if each.outcome in {"failed", "error"} and not each.advisory)


def _blocked(outcomes: Sequence[TestOutcome]) -> tuple[TestOutcome, ...]:
    """Return the gating tests that are blocked: what an advisory one does not say was never needed."""
    return tuple(each for each in outcomes if each.outcome == "blocked" and not each.advisory)


def _cause(diagnosis: Diagnosis) -> Finding | None:
    headline = diagnosis.headline
    return headline if headline and not headline.advisory and headline.code != UNDETERMINED else None


def _blame(diagnosis: Diagnosis) -> Verdict:
    cause = _cause(diagnosis)
    return BY_OWNER.get(cause.owner, Verdict.FAIL) if cause else Verdict.FAIL


def unchecked(outcomes: Sequence[TestOutcome], observation: Observation) -> tuple[str, ...]:
    """Return the sentences that tell why something was not judged."""
    found = []
    if not any(each.outcome in {"passed", "failed", "advisory", "error"} for each in outcomes):
        found.append("nothing was checked")
    if not observation.complete:
        found.append("the run was cut short: what it had not asked by then is not known")
    found += [
        f"not checked: {_short(each.id)}" + (f" ({each.why})" if each.why else "")
        for each in outcomes
        if each.outcome in {"skipped", "not run"} or (each.outcome == "error" and each.advisory)
    ]
    blocked = _blocked(outcomes)
    if blocked and not failures(outcomes):
        for why in dict.fromkeys(each.why or "no symptom that is red explains it" for each in blocked):
            found.append(
                f"{sum(each.why == why for each in blocked) or len(blocked)} promises could not be judged: {why}"
            )
    return tuple(found)


def warnings(
    outcomes: Sequence[TestOutcome], diagnosis: Diagnosis, observation: Observation, environment: Environment
) -> tuple[str, ...]:
    """Return the sentences that tell what holds only in part."""
    found = [
        f"advisory: {each.why or _short(each.id)}"
        for each in outcomes
        if each.outcome == "advisory" or (each.advisory and each.outcome == "failed")
    ]
    unseen = not failures(outcomes) and not _blocked(outcomes)
    found += [f"{each.title} ({each.code})" for each in diagnosis.findings if each.advisory or unseen]
    case = Case(environment, observation)
    again = [
        f"{name} ({failed_attempts(case, each)} of {len(each.attempts)} attempts failed)"
        for name, each in observation.exchanges.items()
        if each.earlier and not is_broken(case, each)
    ]
    if again:
        found.append(f"succeeded only after a retry: {', '.join(again)}")
    if outcomes and not touches_database(environment, observation):
        found.append("nothing gating touches the database: a stopped database would stay green")
    return tuple(found)


def touches_database(environment: Environment, observation: Observation) -> bool:
    """Tell whether a gating promise that was looked at depends on the database."""
    backend, seen = environment.backend, observation.exchanges
    if environment.sign_in is not None and any(name in seen for name in OPENS):
        return True
    if "health" in seen and "database" in backend.health.touches:
        return True
    if backend.monitoring is not None and "monitoring" in seen and "database" in backend.monitoring.touches:
        return True
    return any(
        endpoint_name(each) in seen and each.severity == "gate" and "database" in each.touches
        for each in backend.endpoints
    )


def _short(identifier: str) -> str:
    return identifier.rsplit("/", 1)[-1]
