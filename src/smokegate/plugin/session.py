"""A run's state: settings, deployments and their outcomes, kept in pytest's stash from start to end."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct, field

from smokegate.internal_error import described
from smokegate.observation.evidence.sink import page
from smokegate.plugin.options import worker_count, worker_slot
from smokegate.plugin.settings import Settings

if TYPE_CHECKING:
    from smokegate.diagnosis.model import Diagnosis
    from smokegate.diagnosis.outcome import TestOutcome
    from smokegate.environment.model import Environment
    from smokegate.observation.model import Observation
    from smokegate.observation.observer import Group, Pool
    from smokegate.plugin.check import Check
    from smokegate.plugin.client import Client
    from smokegate.plugin.embedded import Embedded
    from smokegate.plugin.lifecycle import ObservedDeployment
    from smokegate.plugin.waiting import ProgressLine

EACH_DIAGNOSED = 8
"""How many failures of an environment are each explained by a diagnosis of their own."""


class Run(Struct, eq=False, dict=True):
    """One run of the checks."""

    settings: Settings
    environments: tuple[Environment, ...]
    embedded: Embedded | None = None
    """What a command of ours requests, None where a person runs pytest."""
    lent: Pool | None = None
    """The connection pool that a command lends to the run."""
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    clock: float = field(default_factory=time.perf_counter)
    workers: int = field(default_factory=worker_count)
    """How many processes share the work; 0 where this one does it alone."""
    checks: dict[str, Check] = {}
    """What is stated beside each check that was collected, selected or not, by its code."""
    codes: set[str] = set()
    """The codes of all checks that there are, declared or not; empty where not every check was collected."""
    outcomes: dict[str, dict[str, TestOutcome]] = {}
    there: list[pytest.Item] = []
    """What was collected, before anything was selected."""
    planned: dict[str, dict[str, str]] = {}
    """The checks that the run will execute: their codes by their ids, for each environment."""
    modules: set[str] = set()
    """The suite's files that were collected."""
    selected_by_id: bool = False
    """Whether single tests were named, on the command line or as those that failed last."""
    partial: dict[str, str] = {}
    """Why a run of an environment is partial, where it is."""
    touched: list[str] = []
    """The exchanges that the current test has read."""
    clients: dict[str, Client] = {}
    """The client of the current test, by environment."""
    item: pytest.Item | None = None
    """The current test."""
    results: dict[str, tuple[Environment, Observation]] = {}
    failures: dict[str, str] = {}
    errors: list[str] = []
    """What went wrong inside smokegate itself."""
    progress: dict[str, str] = {}
    progress_line: ProgressLine | None = None
    deployments: dict[str, ObservedDeployment] = {}
    since: dict[str, dict[str, Any]] | None = None
    """The states before, by environment, where `--since` names a recorded run."""
    _diagnosed: dict[str, tuple[int, Diagnosis]] = {}
    """How often each environment's diagnosis was needed, and the last one."""

    def __post_init__(self) -> None:
        for each in self.environments:
            self.outcomes[each.name], self.planned[each.name] = {}, {}

    @cached_property
    def _pool(self) -> Pool:
        if self.lent is not None:
            return self.lent
        from smokegate.observation.observer import Pool  # noqa: PLC0415 - costs start-up time only where it is used

        return Pool(sum(self._belongs_to_this_worker(index) for index in range(len(self.environments))))

    def environment(self, name: str) -> Environment:
        """Return an environment as it is known by now: with the addresses that it really has, once it is there."""
        observed = self.deployments.get(name)
        known = observed.known if observed is not None else None
        return known or next(each for each in self.environments if each.name == name)

    def deployment(self, name: str) -> ObservedDeployment:
        """Return what observes an environment; nothing is sent before it is started."""
        if name not in self.deployments:
            from smokegate.observation.observer import Observer  # noqa: PLC0415 - see _pool
            from smokegate.plugin.lifecycle import ObservedDeployment  # noqa: PLC0415 - see _pool

            environment = self.environment(name)
            wait = self.embedded.wait if self.embedded is not None else self.settings.wait_seconds(environment)
            observe = partial(
                Observer,
                pool=self._pool,
                expected_commit=self.settings.expected_commit,
                wait=wait,
                progress=partial(self._progressed, name),
                deadline=self.settings.limit,
            )
            fault, waits = self.settings.fault, wait is not None
            self.deployments[name] = ObservedDeployment(environment, observe, fault, waits=waits)
        return self.deployments[name]

    def _progressed(self, name: str, line: str) -> None:
        self.progress[name] = line
        if self.embedded is not None:
            self.embedded.progress(line)

    def start(self, groups: dict[str, Collection[Group]]) -> None:
        """Start the groups of requests that the selected checks read."""
        for index, environment in enumerate(self.environments):
            if environment.name in groups and self._belongs_to_this_worker(index):
                self.deployment(environment.name).start(groups[environment.name])
        if self.deployments:
            self._pool.submit(self, self._import_what_decides)

    def _import_what_decides(self) -> None:
        """Import what decides while the network is waited for; the verdict would else wait for it."""
        self._pool.client()  # what is sent comes first
        from smokegate.diagnosis.catalogue import rules_for  # noqa: PLC0415 - see _pool
        from smokegate.knowledge.database_texts import driver_texts  # noqa: PLC0415 - see _pool
        from smokegate.plugin import output, run_report  # noqa: F401, PLC0415 - see _pool

        for environment in self.environments:
            rules_for(environment, logs=False)
            if environment.sign_in is not None:  # what a refused password says is a sentence: all texts are tried on it
                driver_texts()
        if self.embedded is None:  # a command of ours writes no page
            from smokegate.report.page import templates  # noqa: PLC0415 - see _pool

            templates().get_template("page.html")

    def _belongs_to_this_worker(self, index: int) -> bool:
        """Whether this process observes that environment: with pytest-xdist each belongs to one worker."""
        slot = worker_slot()
        return self.workers == 0 or (slot is not None and slot == self.slot_of(index))

    def slot_of(self, index: int) -> int:
        """Return the number of the worker to which an environment belongs."""
        return index % max(1, min(self.workers, len(self.environments)))

    def diagnosis(self, name: str) -> Diagnosis:
        """Return what is wrong with an environment, as far as it is known by now.

        Each takes as long as there are answers: beyond the first few failures one serves several, or the time
        would grow with the square of their number.
        """
        from smokegate.diagnosis.engine import diagnose  # noqa: PLC0415 - only where something failed

        times, last = self._diagnosed.get(name, (0, None))
        if last is None or times < EACH_DIAGNOSED or times.bit_count() == 1:
            deployment = self.deployment(name)
            environment, outcomes = deployment.environment, tuple(self.outcomes[name].values())
            last = diagnose(environment, deployment.observation, outcomes, self.settings.command.format(name))
        self._diagnosed[name] = times + 1, last
        return last

    @contextmanager
    def guarded(self, what: str) -> Iterator[None]:
        """Keep an error inside smokegate from harming the rest of the run: it is reported at the end."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, the rest of the run is unharmed
            self.errors.append(f"{what}: {described(error)}")

    def discard(self, name: str | None, nodeid: str) -> None:
        """Forget a check that does not apply."""
        for each in self.planned if name is None else (name,):
            self.planned[each].pop(nodeid, None)

    def collect_results(self, *, cut_short: bool) -> None:
        """Take over what was observed by this process."""
        for name, deployment in self.deployments.items():
            try:
                self.results[name] = deployment.result(cut_short=cut_short)
            except Exception as broken:  # noqa: BLE001 - a report without this must still be written
                self.failures[name] = page(f"what was observed could not be put together: {broken!r}")
            if deployment.failure is not None:
                self.failures[name] = str(deployment.failure)

    def close(self) -> None:
        """End what the run started."""
        for deployment in self.deployments.values():
            with self.guarded("cleaning up"):
                deployment.close()
