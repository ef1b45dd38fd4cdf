"""What keeps a run from PASS, in sentences: what failed, what could not be judged, what holds only in part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import failed_attempts, is_broken
from smokegate.diagnosis.case import Case
from smokegate.diagnosis.outcome import NEVER_RAN, TestOutcome
from smokegate.internal_error import REPORT

if TYPE_CHECKING:
    from smokegate.diagnosis.model import Diagnosis
    from smokegate.environment.model import Environment
    from smokegate.observation.model import Observation

CUT_SHORT = "the run was cut short: what it had not requested by then is not known"


def failures(outcomes: Sequence[TestOutcome]) -> tuple[TestOutcome, ...]:
    """Return the gating checks that failed, and tests that ended in an error of their own."""
    return tuple(
        each for each in outcomes if each.outcome in {"failed", "error"} and not each.advisory and not each.internal
    )


def blocked_checks(outcomes: Sequence[TestOutcome]) -> tuple[TestOutcome, ...]:
    """Return the gating checks that are blocked: what an advisory one does not say was never needed."""
    return tuple(each for each in outcomes if each.outcome == "blocked" and not each.advisory)


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
    blocked = blocked_checks(outcomes)
    if blocked and not failures(outcomes):
        for why in dict.fromkeys(each.why or "nothing that is red explains it" for each in blocked):
            number = sum(each.why == why for each in blocked) or len(blocked)
            found.append(f"{number} check{'' if number == 1 else 's'} could not be judged: {why}")
    return tuple(found)


def remarks(observation: Observation) -> tuple[str, ...]:
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


def shares_judged(outcomes: Sequence[TestOutcome]) -> tuple[str, ...]:
    """Return how many checks were judged, where nothing failed and something was not found, or left open."""
    if failures(outcomes) or blocked_checks(outcomes):
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
    unseen = not failures(outcomes) and not blocked_checks(outcomes)
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
