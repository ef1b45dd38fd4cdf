"""The observer: starts the probes, lets each test await its exchange, and assembles the observation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime

from smokegate.environment.model import Environment
from smokegate.observation.deadline import Deadline
from smokegate.observation.evidence.record import Recorder
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.evidence.sink import SINK
from smokegate.observation.evidence.version import known_version
from smokegate.observation.exchange import Exchange
from smokegate.observation.model import InterruptedRunError, Observation, Readiness
from smokegate.observation.plan.backend import version_is_health
from smokegate.observation.plan.frontend.plan import PAGE_FILES
from smokegate.observation.plan.graph import Graph
from smokegate.observation.plan.planned import PlannedRequests
from smokegate.observation.plan.readiness import ReadinessWait
from smokegate.observation.plan.sign_in.names import CLEAN_UP, UNDO, WRITE
from smokegate.observation.plan.step import GROUPS, Group, RawResponse, RequestToSend
from smokegate.observation.side_probes import SideProbes
from smokegate.observation.transport.pool import Pool
from smokegate.observation.transport.retry import Retries
from smokegate.observation.transport.sites import Sites

__all__ = ["Group", "InterruptedRunError", "Observer", "Pool"]


class Observer:
    """Observes one environment in one run. Thread-safe.

    Sends nothing before `start`, or before an exchange is awaited, which starts its group. All environments of a
    session share the pool. With `wait`, it first waits so many seconds for the deployment to become healthy with the
    expected commit, and `progress` is called with one line on the state of that; the `deadline` of the run, in seconds,
    counts from its end. `controls` are `host:port` addresses to use instead of the environment's, whatever its host is.
    """

    def __init__(  # noqa: PLR0913 -- a value each, given once
        self,
        environment: Environment,
        *,
        pool: Pool,
        expected_commit: str | None = None,
        wait: float | None = None,
        progress: Callable[[str], None] | None = None,
        controls: Sequence[str] | None = None,
        deadline: float | None = None,
    ) -> None:
        self.environment = environment
        self._deadline = Deadline(environment.deadline if deadline is None else deadline, wait or 0.0)
        self.redactor = Redactor(environment.secrets, SINK)
        self._pool = pool
        self._zero = time.monotonic()
        self._started = datetime.now(UTC)
        self._expected = expected_commit
        self._condition = threading.Condition(threading.RLock())
        self._side_probes = SideProbes(environment, pool, self._condition, controls, self.redactor)
        recorder = Recorder(self.redactor, self._zero)
        self._retries = Retries(pool, recorder, environment.backend.timeout, Sites.of(environment))
        self._graph = Graph(self._retries, self._condition, self._side_probes.probe_controls)
        self._plan = PlannedRequests(environment, self.redactor)
        self._groups: set[Group] = set()
        self._readiness: Readiness | None = None
        self._readiness_wait = None
        if wait is not None:
            self._readiness_wait = ReadinessWait(
                environment, expected_commit, wait, retries=self._retries, progress=progress, done=self._ready
            )
        self._ended: float | None = None

    def start(self, groups: Collection[Group] | None = None) -> None:
        """Start some groups, or all declared ones. Does not block; may be called again with more."""
        with self._condition:
            first, new = not self._groups, set(GROUPS if groups is None else groups) - self._groups
            self._groups |= new
            if not new and not first:
                return
            if not self._waits:
                if first:
                    self._deadline.restart()
                self._begin(new)
            elif first and self._readiness_wait is not None:
                self._readiness_wait.begin()
        if first:
            self._pool.prepare(self._retries.sites.origin(step.target) for step in self._plan.steps.values())

    def names(self, group: Group) -> tuple[str, ...]:
        """Return the names of a group's exchanges; scripts are included once the page was fetched."""
        return self._plan.names(group, self._graph.exchanges() if group == "frontend" else ())

    def exchange(self, name: str) -> Exchange:
        """Wait for one exchange and return it.

        Raises KeyError if it is not declared, or the page does not name that script; InterruptedRunError.
        """
        if name == "version" and version_is_health(self.environment):
            self.start({"version"})
            name = "health"
        if name in self._graph.done:
            return self._graph.done[name]
        if name.startswith(PAGE_FILES) and "page" in self._plan:
            self.exchange("page")
            if name not in self._graph.begun:
                raise KeyError(name)
        else:
            self.start({self._plan.steps[name].group})
        return self._wait_for(name)

    def slowest(self, names: Iterable[str]) -> float | None:
        """Return the duration in seconds of the slowest of these exchanges, None if none is done yet."""
        return max((self._graph.done[name].seconds for name in names if name in self._graph.done), default=None)

    def _wait_for(self, name: str) -> Exchange:
        with self._condition:
            graph = self._graph
            self._await(lambda: name in graph.done or (graph.stopped and name not in graph.running))
            found = graph.done.get(name)
        if found is None:
            why = "it was stopped" if self._deadline.left else f"its deadline of {self._deadline.seconds:g} s passed"
            raise InterruptedRunError(f"{self.environment.name}: the run was cut short before {name!r} was seen: {why}")
        return found

    def send(self, request: RequestToSend, on_response: Callable[[RawResponse], None], *, late: bool) -> Exchange:
        """Send a request of a team's own check and return its exchange, recorded like all others.

        Raises InterruptedRunError if the run has ended, unless it is `late`: for cleanup.
        """
        return self._wait_for(self._graph.begin_custom(request, on_response, late=late))

    def complete(self, groups: Collection[Group] | None = None) -> Observation:
        """Wait for everything that was started, or for some groups, and return the observation."""
        with self._condition:
            self._await(lambda: self._complete(groups) or (self._graph.stopped and not self._graph.running))
        return self.snapshot()

    def _await(self, done: Callable[[], bool]) -> None:
        if not self._deadline.reached(done, self._condition):
            self._graph.stop()

    def snapshot(self) -> Observation:
        """Return the observation so far; its `complete` is False while started work is pending."""
        with self._condition:
            exchanges = self._plan.with_version(self._graph.exchanges(), self._groups)
            complete = bool(self._groups) and self._complete(None)
            if complete and self._ended is None:
                self._ended = time.monotonic()
            frontend, views = self._plan.frontend, self._side_probes.views
            return Observation(
                environment=self.environment.name,
                started=self._started,
                seconds=(self._ended or time.monotonic()) - self._zero,
                exchanges=exchanges,
                readiness=self._readiness,
                api_addresses=frontend.api_addresses if frontend else (),
                page=frontend.view if frontend else None,
                expected_commit=self._expected,
                commit=known_version(self.environment, exchanges.get("version"), views["platform"], views["server"]),
                **views,
                complete=complete,
                secrets=self.redactor,
            )

    @property
    def standing(self) -> str:
        """Progress: `9 of 14 answered, waiting 6 s for GET /health (up to 10 s per attempt)`."""
        return self._graph.standing

    def close(self) -> None:
        """Stop sending, and clean up what the run wrote unless that is done.

        The pool closes the connections: other environments may be using them.
        """
        self._graph.stop()
        self._side_probes.close()
        if self._readiness_wait is not None:
            self._readiness_wait.stop()
        if not self._plan.cleans_up:
            return
        with self._condition:
            # A registration in flight must end before its account can be deleted.
            busy = {"register", CLEAN_UP, WRITE, UNDO}
            self._condition.wait_for(lambda: not self._graph.running.keys() & busy, self._retries.timeout + 1.0)
        for step in self._plan.to_finish:
            self._graph.run_now(step)

    def _begin(self, groups: Collection[Group]) -> None:
        self._graph.begin(self._plan.of(groups))
        self._pool.later(self._deadline.left, self._graph.stop)
        self._side_probes.begin(groups, self._plan.sign_in, self._graph.begin)

    def await_ready(self, seconds: float) -> Readiness | None:
        """Wait up to `seconds` for the readiness result; None while still waiting."""
        with self._condition:
            self._condition.wait_for(lambda: self._readiness is not None, seconds)
            return self._readiness

    @property
    def _waits(self) -> bool:
        return self._readiness_wait is not None and self._readiness is None

    def _complete(self, groups: Collection[Group] | None) -> bool:
        if self._waits:
            return False
        if (groups is None or "browser" in groups) and not self._side_probes.settled:
            return False
        if groups is None:
            return self._graph.settled
        mine = [name for name, step in self._graph.begun.items() if step.group in groups]
        return all(name in self._graph.done for name in mine if name in self._plan or name.startswith(PAGE_FILES))

    def _ready(self, readiness: Readiness) -> None:
        with self._condition:
            self._readiness = readiness
            self._deadline.restart()
            self._begin(self._groups)
            self._condition.notify_all()
