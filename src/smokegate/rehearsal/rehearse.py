"""`rehearse`: the whole rehearsal of any number of environments, and which faults of a replica are part of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from difflib import get_close_matches

from msgspec.structs import replace

from smokegate.environment.model import Environment
from smokegate.rehearsal.deployment import score
from smokegate.rehearsal.replicas import healthy, no_browser, tried
from smokegate.rehearsal.runs import Runs
from smokegate.rehearsal.suite import Settings
from smokegate.replicas import faults_of
from smokegate.report.rehearsal.model import FaultResult, Rehearsal, Trial


def rehearse(environments: Sequence[Environment], settings: Settings) -> Rehearsal:
    """Rehearse replicas with every fault of theirs, and other deployments with what they answer.

    Raises:
        NoFaultSelectedError: the keyword selects nothing.
    """
    began = time.monotonic()
    replicas = [each for each in environments if each.replica is not None]
    absent = no_browser() if any(each.browser is not None for each in replicas) else None
    if absent is not None and not os.environ.get("CI"):
        left = [each.name for each in replicas if each.browser is not None]
        settings.progress(f"left out: {', '.join(left)} ({absent})")
        replicas = [each for each in replicas if each.browser is None]
    found = _replicas(replicas, settings)
    scores = tuple(score(each, settings) for each in environments if each.replica is None)
    return replace(found, scores=scores, seconds=time.monotonic() - began)


def _replicas(environments: Sequence[Environment], settings: Settings) -> Rehearsal:
    if not environments:
        return Rehearsal()
    faults = choose([trial for each in environments for trial in trials(each)], settings.keyword)
    verdicts: dict[str, str] = {}
    trouble: list[str] = []
    with closing(Runs(settings.suite, settings.folder, replicas=True, warm=environments[0].name)) as runs:
        for environment in environments:
            verdicts[environment.name], wrong = healthy(runs, environment)
            trouble += [wrong] if wrong else []
            settings.progress(f"{environment.name} without a fault: {verdicts[environment.name]}")
        if trouble:
            return Rehearsal(healthy=verdicts, trouble=tuple(trouble))
        results = tuple(_counted(tried(runs, environments, faults, settings.workers), len(faults), settings.progress))
    return Rehearsal(healthy=verdicts, tried=results)


def _counted(results: Iterable[FaultResult], total: int, progress: Callable[[str], None]) -> Iterable[FaultResult]:
    for number, each in enumerate(results, 1):
        word = "not rehearsed here" if each.left_out else "WRONG" if each.problems else each.cause
        progress(f"[{number}/{total}] {each.trial.environment} {each.trial.fault}: {word}")
        yield each


def trials(environment: Environment) -> tuple[Trial, ...]:
    """Return the faults of an environment's replica, in the order of the catalogue.

    An environment with `[browser]` is rehearsed with those that a browser is needed for; each costs a browser's start,
    and every other fault shows without one.
    """
    assert environment.replica is not None
    browser = environment.browser is not None
    return tuple(
        Trial(environment.name, each.name, each.title, each.caught_by, each.cause, each.verdict, each.needs)
        for each in faults_of(environment.replica.kind).values()
        if (each.needs == "browser") is browser
    )


class NoFaultSelectedError(ValueError):
    """A keyword selects no fault; the text says which one may have been meant."""


def choose(found: Sequence[Trial], keyword: str) -> tuple[Trial, ...]:
    """Return the trials that a keyword selects: a part of a fault's name, or several with `or` between them."""
    words = [word.strip() for word in keyword.split(" or ")]
    selected = tuple(trial for trial in found if any(word in trial.fault for word in words))
    if not selected:
        near = get_close_matches(keyword, [trial.fault for trial in found], n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "`smokegate replica --list` shows all of them"
        raise NoFaultSelectedError(f"-k {keyword!r} selects none of {len(found)} faults; {hint}")
    return selected
