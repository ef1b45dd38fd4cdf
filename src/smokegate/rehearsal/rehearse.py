"""`rehearse`: the whole rehearsal of any number of environments, and which faults of a replica are part of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from smokegate.environment.model import Environment
from smokegate.rehearsal.deployment import score
from smokegate.rehearsal.replicas import healthy, no_browser, tried
from smokegate.rehearsal.runs import Runs
from smokegate.rehearsal.suite import Suite
from smokegate.replicas import faults_of
from smokegate.report.rehearsal.model import FaultResult, Rehearsal, Trial

if TYPE_CHECKING:
    from smokegate.replica import Fault

Progress = Callable[[str], None]


def rehearse(  # noqa: PLR0913 -- all but three are by name
    environments: Sequence[Environment],
    suite: Suite,
    folder: Path,
    *,
    workers: int,
    overrides: Sequence[str] = (),
    keyword: str = "",
    progress: Progress = lambda _: None,
) -> Rehearsal:
    """Rehearse replicas with every fault of theirs, and other deployments with what they answer.

    Args:
        environments: what to rehearse.
        suite: the tests to prove.
        folder: where the runs leave their files.
        workers: how many runs there are at a time.
        overrides: the `--set` options of the command line.
        keyword: rehearse only faults with this in their name.
        progress: called with a line after each run.

    Raises:
        NoFaultSelectedError: the keyword selects nothing.
    """
    began = time.monotonic()
    replicas = [each for each in environments if each.replica is not None]
    absent = no_browser() if any(each.browser is not None for each in replicas) else None
    if absent is not None and not os.environ.get("CI"):
        left = [each.name for each in replicas if each.browser is not None]
        progress(f"left out: {', '.join(left)} ({absent})")
        replicas = [each for each in replicas if each.browser is None]
    others = [each for each in environments if each.replica is None]
    found = _replicas(replicas, suite, folder, workers, keyword, progress)
    scores = tuple(
        score(each, suite, folder, workers=workers, overrides=overrides, keyword=keyword, progress=progress)
        for each in others
    )
    return Rehearsal(
        healthy=found.healthy,
        tried=found.tried,
        scores=scores,
        seconds=time.monotonic() - began,
        trouble=found.trouble,
    )


def _replicas(  # noqa: PLR0913, PLR0917 -- rehearse's own
    environments: Sequence[Environment],
    suite: Suite,
    folder: Path,
    workers: int,
    keyword: str,
    progress: Progress,
) -> Rehearsal:
    if not environments:
        return Rehearsal()
    faults = choose([trial for each in environments for trial in trials(each)], keyword)
    verdicts: dict[str, str] = {}
    trouble: list[str] = []
    with closing(Runs(suite, folder, replicas=True, warm=environments[0].name)) as runs:
        for environment in environments:
            verdicts[environment.name], wrong = healthy(runs, environment)
            trouble += [wrong] if wrong else []
            progress(f"{environment.name} without a fault: {verdicts[environment.name]}")
        if trouble:
            return Rehearsal(healthy=verdicts, trouble=tuple(trouble))
        results = tuple(_counted(tried(runs, environments, faults, workers), len(faults), progress))
    return Rehearsal(healthy=verdicts, tried=results)


def _counted(results: Iterable[FaultResult], total: int, progress: Progress) -> Iterable[FaultResult]:
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
    found = faults_of(environment.replica.kind).values()
    browser = environment.browser is not None
    return tuple(_trial(environment.name, each) for each in found if (each.needs == "browser") is browser)


def _trial(environment: str, fault: Fault) -> Trial:
    return Trial(environment, fault.name, fault.title, fault.caught_by, fault.cause, fault.verdict, fault.needs)


class NoFaultSelectedError(ValueError):
    """A keyword selects no fault; the text says which one may have been meant."""


def choose(found: Sequence[Trial], keyword: str) -> tuple[Trial, ...]:
    """Return the trials that a keyword selects: a part of a fault's name, or several with `or` between them.

    Raises:
        NoFaultSelectedError: it selects none.
    """
    words = [word.strip() for word in keyword.split(" or ")]
    selected = tuple(trial for trial in found if any(word in trial.fault for word in words))
    if not selected:
        near = get_close_matches(keyword, [trial.fault for trial in found], n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "`smokegate replica --list` shows all of them"
        raise NoFaultSelectedError(f"-k {keyword!r} selects none of {len(found)} faults; {hint}")
    return selected
