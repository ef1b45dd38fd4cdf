"""Runs steps in dependency order."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from urllib.parse import urlsplit

from msgspec.structs import replace

from smokegate.observation.exchange import Exchange, NoAnswer, NotSent
from smokegate.observation.plan.servers import Servers
from smokegate.observation.plan.step import IDEMPOTENT, RawResponse, RequestToSend, Step, never_sent
from smokegate.observation.transport.causes import WireCause
from smokegate.observation.transport.connect import Origin
from smokegate.observation.transport.lanes import LaneRequest
from smokegate.observation.transport.retry import Retries
from smokegate.observation.transport.slot import LaneConnection


class Graph:
    """The steps of one environment: pending, running and done.

    No thread blocks on another job: a finished step submits the steps that waited for it. The condition guards the
    state and is notified when an exchange is done, after `on_done` was called with it.
    """

    def __init__(self, retries: Retries, condition: threading.Condition, on_done: Callable[[Exchange], None]) -> None:
        self._retries = retries
        self._condition = condition
        self._on_done = on_done
        self.begun: dict[str, Step] = {}
        self.done: dict[str, Exchange] = {}
        self._followed: set[str] = set()
        """Exchanges followed by one that must not share their connection."""
        self._waiting: list[Step] = []
        self._parked: list[tuple[Step, Exchange]] = []
        self._servers = Servers()
        self.stopped = False
        """Whether no further step is started."""
        self.running: dict[str, float] = {}
        """Running exchanges: name → start."""

    @property
    def settled(self) -> bool:
        """Whether all steps that were begun are done."""
        return len(self.done) == len(self.begun)

    def exchanges(self) -> dict[str, Exchange]:
        """Return the finished exchanges in the order they were begun, without those that were not needed."""
        with self._condition:
            done = {name: self.done[name] for name in self.begun if name in self.done}
        return {name: each for name, each in done.items() if each.outcome != NotSent("")}

    @property
    def standing(self) -> str:
        """Progress: `9 of 14 answered, waiting 6 s for GET /health (up to 10 s per attempt)`."""
        with self._condition:
            oldest = min(self.running, key=self.running.__getitem__, default=None)
            since = 0.0 if oldest is None else time.monotonic() - self.running[oldest]
            text, step = f"{len(self.done)} of {len(self.begun)} answered", self.begun.get(oldest or "")
        if step is None:
            return text
        path = urlsplit(step.target.url).path or "/"
        limit = f"up to {self._retries.timeout:g} s per attempt"
        return f"{text}, waiting {since:.0f} s for {step.target.method} {path} ({limit})"

    def begin(self, steps: Iterable[Step]) -> None:
        """Begin steps, except those already begun."""
        with self._condition:
            new = [step for step in steps if step.name not in self.begun]
            self.begun.update((step.name, step) for step in new)
            self._followed.update(*(step.separate_from for step in new if not step.sample))
            for step in sorted(new, key=lambda each: each.priority):
                self._release(step)

    def begin_custom(
        self, request: RequestToSend, on_response: Callable[[RawResponse], Iterable[Step] | None], *, late: bool
    ) -> str:
        """Begin a request of a team's own check, if `late` even after `stop`; return its name."""
        label = f"own {request.method} {urlsplit(request.url).path}"
        with self._condition:
            names = (label if number == 1 else f"{label} {number}" for number in itertools.count(1))
            name = next(each for each in names if each not in self.begun)
            upgrades = any(each.lower() == "upgrade" for each, _ in request.headers)
            step = Step(name, "own", request, fresh=upgrades, on_response=on_response)
            if not late or not self.stopped:
                self.begin([step])
        if late and self.stopped:
            self.run_now(step)
        return name

    def run_now(self, step: Step) -> None:
        """Run a cleanup step on this thread, unless it is done."""
        with self._condition:
            if step.name in self.done:
                return
            self.begun[step.name] = step
            self.running[step.name] = time.monotonic()
        self._carry_out(step, time.monotonic())

    def stop(self) -> None:
        """Start no further steps; requests in flight finish."""
        with self._condition:
            self.stopped = True
            self._condition.notify_all()

    def _release(self, step: Step) -> None:
        """Submit a step, unless a step that it depends on is not done."""
        first = step.after
        if step.gate is not None and step.target.method not in IDEMPOTENT:
            first += (step.gate,)  # no write before its gate is known to have passed
        if any(name in self.begun and name not in self.done for name in first):
            self._waiting.append(step)
        else:
            run, followed = partial(self._run, step, time.monotonic()), step.name in self._followed
            request = LaneRequest(run, step.priority, step.separate_from, step.fresh, step.sample, followed)
            self._retries.pool.send(self._origin(step), request)

    def _run(self, step: Step, since: float, connection: LaneConnection) -> None:
        with self._condition:
            if self.stopped:
                return
            self.running[step.name] = time.monotonic()
        self._carry_out(step, since, connection)

    def _carry_out(self, step: Step, since: float, connection: LaneConnection | None = None) -> None:
        more: Iterable[Step] = ()
        try:
            request = self._request(step)
            if isinstance(request, NotSent):
                offset = time.monotonic() - self._retries.recorder.zero
                exchange = Exchange(step.name, self._retries.recorder.request(step.target), request, offset)
            else:
                if connection is not None:
                    connection.current = step.name
                exchange, raw = self._retries.run(step, request, since, connection=connection)
                if raw is not None and step.on_response is not None:
                    more = step.on_response(raw) or ()
                elif step.on_no_answer is not None:
                    more = step.on_no_answer() or ()
        except Exception as error:  # noqa: BLE001 -- a test must not hang because a probe failed
            words = f"{type(error).__name__}: {error}"
            sent = self._retries.recorder.request(step.target)
            exchange = Exchange(step.name, sent, NoAnswer(WireCause.OTHER, words))
        self._finish(step, exchange, more)

    def _request(self, step: Step) -> RequestToSend | NotSent:
        gate = self.done.get(step.gate) if step.gate is not None else None
        if gate is not None and step.blocked_when(gate):
            return NotSent(gate.name)
        refused = self._servers.refuses(self._origin(step), sample=step.sample)
        if refused is not None:
            return refused
        return step.target if step.build is None else step.build()

    def _origin(self, step: Step) -> Origin:
        return self._retries.sites.origin(step.target)

    def _first_hanging(self, step: Step) -> str:
        """Return the first planned of the requests hanging at a server: two may run in parallel."""
        origin = self._origin(step)
        hanging = {step.name, *(name for name in self.running if self._origin(self.begun[name]) == origin)}
        return next(name for name in self.begun if name in hanging)

    def _finish(self, step: Step, exchange: Exchange, more: Iterable[Step] = ()) -> None:
        recorded = exchange
        with self._condition:
            self.running.pop(step.name, None)
            if never_sent(exchange) and step.gate is not None:
                gate = self.done.get(step.gate)
                if gate is None and step.gate in self.begun:
                    self._parked.append((step, exchange))  # its gate decides its outcome
                    return
                if gate is not None and step.blocked_when(gate):
                    recorded = replace(exchange, outcome=NotSent(gate.name), earlier=())
            self.done[step.name] = recorded
            self._servers.note(self._origin(step), exchange, lambda: self._first_hanging(step))
            self.begin(more)
            parked, self._parked = self._parked, []
            waiting, self._waiting = self._waiting, []
            for each in waiting:
                self._release(each)
        try:
            self._on_done(recorded)  # before waking the waiters: what it starts belongs to the exchange
        finally:
            with self._condition:
                self._condition.notify_all()
            for held, found in parked:
                self._finish(held, found)
