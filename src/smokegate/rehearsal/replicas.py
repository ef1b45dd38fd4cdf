"""Rehearses replicas: the healthy baseline, then each fault on a fresh replica through the whole suite."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from smokegate.diagnosis.verdict import Verdict
from smokegate.environment.model import Environment
from smokegate.rehearsal.runs import Runs
from smokegate.rehearsal.suite import RunError, SuiteRun
from smokegate.report.rehearsal.model import FaultResult, Trial

RED = {"failed", "error", "advisory"}
#: Faults that wait for a deadline; they are begun first, so that nothing waits for them in the end.
SLOW = ("hung", "dripping", "offline", "connect-timeout", "name-server", "unreachable", "stale-upstream")


def healthy(runs: Runs, environment: Environment) -> tuple[str, str | None]:
    """Run the suite on a healthy replica; returns the verdict, and its output where that is not PASS."""
    try:
        done = runs.run(f"{environment.name}-healthy", arguments(environment))
    except RunError as broken:
        return "none", f"{environment.name} without a fault: {broken}"
    verdict = str(done.environment(environment.name).get("verdict", "none"))
    if verdict == "PASS" and done.code == 0:
        return verdict, None
    return verdict, f"{environment.name} without a fault is {verdict}, expected PASS:\n{done.text.strip()}"


def arguments(environment: Environment, trial: Trial | None = None) -> list[str]:
    """Return the command line that runs the suite on a replica, with a fault or without."""
    own = [f"--env={environment.name}", *([f"--fault={trial.fault}"] if trial else [])]
    slow = trial is not None and "app.slow" in trial.causes
    waits = ["--wait"] if environment.render is not None else []
    return [*own, *waits, *([] if slow else patience(environment)), *_expected_commit(environment)]


def patience(environment: Environment) -> list[str]:
    """Return options that widen each declared latency budget: how busy this machine is belongs to no fault."""
    backend = environment.backend
    budgets = {
        "backend.health": backend.health,
        "backend.monitoring": backend.monitoring,
        "sign_in": environment.sign_in,
        **{f"backend.endpoints.{n}": each for n, each in enumerate(backend.endpoints)},
    }
    return [f"--set={key}.within=60s" for key, each in budgets.items() if each is not None and each.within is not None]


def _expected_commit(environment: Environment) -> list[str]:
    """Expect the commit that the replica is built from, so that the version's promises are rehearsed, too."""
    if environment.version is None or environment.replica is None or environment.replica.kind == "compose":
        return []
    from smokegate.replica.plan import commit_of  # noqa: PLC0415 - the replica is an extra

    return [f"--expect-commit={commit_of(environment.replica.kind)}"]


def tried(
    runs: Runs, environments: Iterable[Environment], faults: Iterable[Trial], workers: int
) -> Iterator[FaultResult]:
    """Try each fault on a fresh replica, `workers` of them at a time; results keep the faults' order."""
    by_name = {environment.name: environment for environment in environments}
    given = list(faults)
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="rehearsal") as pool:
        begun: dict[int, Future[FaultResult]] = {}
        for index in sorted(range(len(given)), key=lambda i: not any(word in given[i].fault for word in SLOW)):
            begun[index] = pool.submit(try_one, runs, by_name[given[index].environment], given[index])
        try:
            for index in range(len(given)):
                yield begun[index].result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def try_one(runs: Runs, environment: Environment, trial: Trial) -> FaultResult:
    """Run the suite with one fault."""
    label = f"{trial.environment}-{trial.fault}"
    line = arguments(environment, trial)
    try:
        if trial.needs == "namespace":
            from smokegate.replica import namespace  # noqa: PLC0415 - the replica is an extra

            try:
                prefix = namespace.command(trial.fault, ["true"])[:-1]
            except namespace.NamespaceError as refused:
                return _impossible(trial, str(refused), f"needs root: {refused}")
            return result(trial, runs.run_apart(label, prefix, line))
        if trial.needs == "browser" and (absent := no_browser()) is not None:
            return _impossible(trial, absent, absent)
        return result(trial, runs.run(label, line))
    except RunError as broken:
        return FaultResult(trial, trouble=str(broken))


def _impossible(trial: Trial, why: str, left_out: str) -> FaultResult:
    if os.environ.get("CI"):
        return FaultResult(trial, trouble=f"must be rehearsed in CI, and cannot be: {why}")
    return FaultResult(trial, left_out=left_out)


def no_browser() -> str | None:
    """Return why what only a browser sees cannot be rehearsed here."""
    from smokegate.observation.browser.find import find  # noqa: PLC0415 - only where an environment needs one

    found = find()
    return None if isinstance(found, str) else str(found)


def result(trial: Trial, done: SuiteRun) -> FaultResult:
    """Return what a run that has come to its end says of a fault."""
    found = done.environment(trial.environment)
    if not found:
        trouble = f"no report, exit code {done.code}:\n{done.text}"
        return FaultResult(trial, seconds=done.seconds, text=done.text, trouble=trouble)
    verdict = found["verdict"]
    fits = done.code == Verdict[verdict].code
    cause = found["cause"]
    return FaultResult(
        trial,
        verdict=verdict,
        # What could not be judged is what says so, where nothing is red.
        red=red(found) or (names(found, {"blocked"}) if verdict == "UNKNOWN" else ()),
        cause=cause["code"] if cause else None,
        also=tuple(each["code"] for each in found["other_causes"]),
        seconds=done.seconds,
        text=done.text,
        trouble=None if fits else f"the verdict is {verdict} and the exit code {done.code}",
    )


def red(found: dict[str, Any]) -> tuple[str, ...]:
    """Return the checks of an environment's report that failed or warned."""
    return names(found, RED)


def names(found: dict[str, Any], outcomes: set[str]) -> tuple[str, ...]:
    """Return the checks with one of these outcomes: their codes, with the endpoint where there is one for each."""
    named = (f"{each['code']}[{each['parameter']}]" if each["parameter"] else each["code"] for each in found["tests"])
    return tuple(name for name, each in zip(named, found["tests"], strict=True) if each["outcome"] in outcomes)
