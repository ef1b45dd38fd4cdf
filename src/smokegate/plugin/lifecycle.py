"""One environment in one run: its replica if it has one, its observer, and what they found."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from functools import cached_property
from typing import TYPE_CHECKING

from smokegate.observation.model import Observation

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.observation.observer import Group, Observer
    from smokegate.replica import Replica

STARTING = 300.0
"""Seconds that a replica may take to start, with its images built for the first time."""
SLICE = 0.5
"""Seconds of a single wait."""


class NotStartedError(Exception):
    """The replica, and with it the deployment to check, could not be started; the text says why."""


class ObservedDeployment:
    """Observes in the background once it is started; every reader waits only for what it reads.

    `observe` returns an observer of the environment with its addresses; `waits`: the deployment is waited for first.
    """

    def __init__(
        self,
        declared: Environment,
        observe: Callable[[Environment], Observer],
        fault: str | None = None,
        *,
        waits: bool = False,
    ) -> None:
        self.declared = declared
        self._observer_of = observe
        self._fault = fault
        self._waits = waits
        self._replica: Replica | None = None
        self._observer: Observer | None = None
        self.failure: NotStartedError | None = None
        """Why there is nothing to check, if the replica did not start."""
        self._there = threading.Event()
        self._lock = threading.Lock()
        self.begun = False
        """Whether observing has started."""
        self._leave_browser: Callable[[], None] = lambda: None
        self._since = time.monotonic()

    def start(self, groups: Collection[Group] | None = None) -> None:
        """Start some groups of requests, or all; returns at once, and may be called again."""
        with self._lock:
            first, self.begun = not self.begun, True
        if not first:
            self.observer.start(groups)
            return
        if self.declared.browser is not None and not self._waits and (groups is None or "browser" in groups):
            self._warm_browser()
        if self.declared.replica is None:
            self._begin("observing", lambda: self._observe(self.declared, groups))
        else:
            threading.Thread(
                target=self._begin,
                args=("the replica", lambda: self._start_replica(groups)),
                daemon=True,
                name=f"replica {self.declared.name}",
            ).start()

    def _begin(self, what: str, begin: Callable[[], None]) -> None:
        try:
            begin()
        except Exception as broken:  # noqa: BLE001 - whatever it is, the run must report it instead of waiting forever
            self.failure = NotStartedError(f"{self.declared.name}: {what} could not be started: {broken}")
            self.failure.__cause__ = broken
            self._there.set()

    def _warm_browser(self) -> None:
        """Start the browser while the replica, and what sends requests, is still starting."""
        from smokegate.observation.browser.engine import ENGINE  # noqa: PLC0415 - only where it is declared

        self._leave_browser = ENGINE.use()
        ENGINE.warm()

    def _observe(self, environment: Environment, groups: Collection[Group] | None) -> None:
        observer = self._observer_of(environment)
        observer.start(groups)
        self._leave_browser()  # the observer uses it from here on
        self._observer = observer
        self._there.set()

    def _start_replica(self, groups: Collection[Group] | None) -> None:
        from smokegate.replicas import start_replica  # noqa: PLC0415 - only where there is one

        self._replica, environment = start_replica(self.declared, self._fault)
        self._observe(environment, groups)

    @property
    def observer(self) -> Observer:
        """The observer, once what it observes is there; raises NotStartedError where the replica did not start."""
        while not self._there.wait(SLICE):  # in slices, so that Ctrl-C is heard
            if time.monotonic() - self._since > STARTING:
                why = f"{self.declared.name}: the replica had not started after {STARTING:g} s"
                self.failure = NotStartedError(why)
                break
        if self.failure is not None:
            raise self.failure
        assert self._observer is not None
        return self._observer

    @property
    def environment(self) -> Environment:
        """The environment with the addresses that it really has."""
        return self.observer.environment

    @property
    def known(self) -> Environment | None:
        """The same without waiting, None before it is there."""
        return self._observer.environment if self._observer is not None else None

    @property
    def standing(self) -> str:
        """Where observing stands, in a line; empty before there is something to observe, and once all was seen."""
        if self._observer is None:
            return f"starting the replica of {self.declared.name}" if self.failure is None else ""
        return self._observer.standing

    @cached_property
    def observation(self) -> Observation:
        """Everything that was seen, once all of it has been seen."""
        return self.observer.complete()

    def slowest(self, names: Collection[str]) -> float | None:
        """Return the seconds of the slowest of these exchanges, None where none of them is done."""
        return None if self._observer is None else self._observer.slowest(names)

    def result(self, *, cut_short: bool) -> tuple[Environment, Observation]:
        """Return what is known at the end of a run, whether or not all was seen."""
        if self._observer is None:
            return self.declared, Observation(self.declared.name, complete=False)
        observation = self._observer.snapshot() if cut_short else self.observation
        return self._observer.environment, observation

    def close(self) -> None:
        """Clean up what the run created and end what it started."""
        self._leave_browser()
        if self._observer is not None:
            self._observer.close()
        if self.begun and self.declared.replica is not None:
            self._there.wait(10)
        if self._replica is not None:
            self._replica.stop()
