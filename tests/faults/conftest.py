"""One rehearsal for all of these tests: each selected fault is tried once, on a fresh replica."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from smokegate.environment.load import load
from smokegate.environment.model import Environment
from smokegate.rehearsal.rehearse import trials
from smokegate.rehearsal.replicas import healthy, try_one
from smokegate.rehearsal.runs import Runs
from smokegate.rehearsal.suite import MOST_WORKERS, Suite
from smokegate.report.rehearsal.model import FaultResult, Trial

ROOT = Path(__file__).parents[2]
NAMES = ("local", "local-trading", "local-platform", "local-browser", "local-trading-browser")
ENVIRONMENTS = load(NAMES, directory=ROOT / "environments", variables={})
BEGUN = pytest.StashKey[dict[Trial, Future[FaultResult]]]()
TRIALS = tuple(trial for environment in ENVIRONMENTS for trial in trials(environment))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag without which no golden file is ever written."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files of tests/faults")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that asks for a trial one case for each fault of the embedded replicas."""
    if "trial" in metafunc.fixturenames:
        names = [f"{trial.environment}-{trial.fault}" for trial in TRIALS]
        metafunc.parametrize("trial", TRIALS, ids=names, scope="session")


@pytest.fixture(scope="session")
def environments() -> dict[str, Environment]:
    """The environments whose replicas are rehearsed."""
    return {environment.name: environment for environment in ENVIRONMENTS}


@pytest.fixture(scope="session")
def every_trial() -> tuple[Trial, ...]:
    """Every fault of the embedded replicas."""
    return TRIALS


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Runs of the product's suite on replicas."""
    suite = Suite(ROOT, ROOT / "environments")
    with closing(Runs(suite, tmp_path_factory.mktemp("rehearsal"), replicas=True, warm=NAMES[0])) as server:
        yield server


@pytest.fixture(scope="session")
def tried(
    request: pytest.FixtureRequest, runs: Runs, environments: dict[str, Environment]
) -> Iterator[Callable[[Trial], FaultResult]]:
    """Return what the suite said of a fault; those that the selected tests need are begun at once."""
    begun: dict[Trial, Future[FaultResult]] = {}
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, MOST_WORKERS)) as pool:

        def begin(trial: Trial) -> Future[FaultResult]:
            if trial not in begun:
                begun[trial] = pool.submit(try_one, runs, environments[trial.environment], trial)
            return begun[trial]

        for item in request.session.items:
            callspec = getattr(item, "callspec", None)
            if callspec is not None and "trial" in callspec.params:
                begin(callspec.params["trial"])
        request.session.stash[BEGUN] = begun
        yield lambda trial: begin(trial).result()
        pool.shutdown(wait=True, cancel_futures=True)


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Forget what was seen of a fault whose test fails: where it is tried once more, so is the fault."""
    callspec = getattr(item, "callspec", None)
    if call.excinfo is not None and callspec is not None:
        item.session.stash.get(BEGUN, {}).pop(callspec.params.get("trial"), None)


@pytest.fixture(scope="session")
def verdicts(runs: Runs, environments: dict[str, Environment]) -> dict[str, tuple[str, str | None]]:
    """The verdict on each replica without a fault, and what was told where it is not PASS."""
    return {name: healthy(runs, environment) for name, environment in environments.items()}
