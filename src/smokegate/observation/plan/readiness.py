"""Waits until a deployment is healthy and the expected commit is live."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from msgspec.structs import replace

from smokegate.environment.model import Environment
from smokegate.observation.evidence.version import deployed_version
from smokegate.observation.exchange import Answer, Exchange
from smokegate.observation.model import Readiness
from smokegate.observation.plan.backend import declared_request, health_request, health_steps, version_is_health
from smokegate.observation.plan.readiness_poll import Poll, Watch, judge
from smokegate.observation.plan.step import RequestToSend, origin_of
from smokegate.observation.transport.pool import Pool
from smokegate.observation.transport.retry import Retries

#: Seconds between polls: initially and at most; seconds until they slow down.
QUICK, SLOW, QUICK_FOR = 0.15, 2.0, 30.0
#: Seconds after which an unanswered poll gets another in parallel: a lost packet must not hide that the host is back.
OVERTAKEN = 1.0
IN_FLIGHT = 3
#: Consecutive good responses needed: if none was bad, and if a deploy may be in progress, because one was bad or a
#: commit is expected. With one old instance of two the latter is wrong once in 1000.
STEADY, SETTLED = 3, 10


class ReadinessWait:
    """Polls the health check for up to `wait` seconds; calls `done` once, on a thread of the pool.

    `progress` is called with a status line several times a second.
    """

    def __init__(  # noqa: PLR0913 -- a value each, given once
        self,
        environment: Environment,
        expected_commit: str | None,
        wait: float,
        *,
        retries: Retries,
        progress: Callable[[str], None] | None,
        done: Callable[[Readiness], None],
    ) -> None:
        self._environment = environment
        self._expected = expected_commit
        self._version = environment.version if environment.version and environment.version.path else None
        self._watch = self._vantage_point(retries.pool, expected_commit)
        self._pool = retries.pool
        self._retries = retries
        self._progress = progress
        self._done = done
        self._lock = threading.Lock()
        self._wait = wait
        self._began = self._deadline = 0.0
        self._polls = 0
        self._sent = 0
        self._in_flight: dict[int, float] = {}
        self._last = "no answer yet"
        self._awaited = "its health check"
        self._result: Readiness | None = None
        self._in_a_row = 0
        self._needed = STEADY if self._expected is None else SETTLED
        self._step = replace(next(iter(health_steps(environment))), retry=False, within=None, priority=0, fresh=True)

    def _vantage_point(self, pool: Pool, expected: str | None) -> Watch | None:
        """Return the watch of another vantage point, if one is declared."""
        environment, version = self._environment, self._environment.version
        if version is not None and version.from_ == "label" and expected and environment.server and environment.compose:
            from smokegate.observation.server.watch import LabelWatch  # noqa: PLC0415 -- only where it is declared

            return LabelWatch(environment.server, environment.compose, pool)
        if environment.render is not None and environment.render.key:
            from smokegate.observation.render.watch import PlatformWatch  # noqa: PLC0415 -- see above

            return PlatformWatch(environment.render, pool, expected, self._finish)
        return None

    def begin(self) -> None:
        """Start polling; does not block."""
        self._began = time.monotonic()
        self._deadline = self._began + self._wait
        self._tick()
        if self._watch is not None:
            self._watch.begin()

    def stop(self) -> None:
        """Stop polling; `done` gets the result "not ready"."""
        if self._began:
            self._finish("the run was cut short")

    def line(self) -> str:
        """Return a status line: elapsed time, last response, and what is missing."""
        deploy = f"; {self._watch.line}" if self._watch is not None and self._watch.line else ""
        return f"waiting for {time.monotonic() - self._began:.0f} s; {self._where}{deploy}"

    @property
    def _where(self) -> str:
        return f"last answer: {self._last}; still missing: {self._awaited}"

    def _tick(self) -> None:
        now = time.monotonic()
        if self._result is not None:
            return
        if now >= self._deadline:
            self._finish()
            return
        # Before all that may fail: without another tick the wait would never end.
        self._pool.later(min(self._interval(now), max(0.0, self._deadline - now)), self._tick)
        self._next(now)
        if self._progress is not None:
            self._progress(self.line())

    def _next(self, now: float) -> None:
        """Start a poll, unless one in flight may still be answered."""
        with self._lock:
            stuck = all(now - began > OVERTAKEN for began in self._in_flight.values())
            if self._result is not None or not stuck or len(self._in_flight) >= IN_FLIGHT:
                return
            self._polls += 1
            number = self._polls
            self._in_flight[number] = now
            lane = ("waiting", origin_of(self._environment.backend.url))
            self._pool.submit(lane, lambda: self._poll(number, now), priority=0)

    def _interval(self, now: float) -> float:
        elapsed = now - self._began
        return QUICK if elapsed < QUICK_FOR or self._in_a_row else min(SLOW, QUICK * elapsed / QUICK_FOR)

    def _poll(self, number: int, since: float) -> None:
        left = self._deadline - time.monotonic()
        if self._result is not None or left <= 0:
            return
        timeout = min(self._retries.timeout, left)
        try:
            exchange = self._send(health_request(self._environment), since, timeout)
            commit = self._commit(exchange, timeout)
            self._apply(judge(self._environment, exchange, self._expected, self._watch, commit))
        finally:
            with self._lock:
                self._in_flight.pop(number, None)
        if self._in_a_row:  # it seems ready: poll the rest of the row at once
            self._next(time.monotonic())

    def _send(self, target: RequestToSend, since: float, timeout: float) -> Exchange:
        exchange = self._retries.run(self._step, target, since, timeout)[0]
        with self._lock:
            self._sent += exchange.requests
        return exchange

    def _commit(self, health: Exchange, timeout: float) -> str | None:
        version = self._version
        if self._expected is None or health.answer is None:
            return None
        if version is None:
            return self._watch.commit if self._watch is not None else None
        answer: Answer | None = health.answer
        if not version_is_health(self._environment):
            target = declared_request(self._environment, version.path, version)
            answer = self._send(target, time.monotonic(), timeout).answer
        return None if answer is None else deployed_version(version, answer)

    def _apply(self, poll: Poll) -> None:
        """Apply a poll's result: only consecutive good responses count, a bad one resets the count."""
        self._last, self._awaited = poll.last, poll.awaited or self._awaited
        if poll.hopeless is not None:
            self._finish(poll.hopeless)
            return
        with self._lock:
            self._in_a_row = self._in_a_row + 1 if poll.good else 0
            if not poll.good:
                self._needed = SETTLED
            elif self._in_a_row < self._needed:
                self._awaited = f"{self._needed} good answers in a row"
            ready = self._in_a_row >= self._needed
        if ready:
            self._finish(ready=True)

    def _finish(self, gave_up: str | None = None, *, ready: bool = False) -> None:
        with self._lock:
            if self._result is not None:
                return
            waited = time.monotonic() - self._began
            sent = self._sent + (self._watch.requests if self._watch is not None else 0)
            if self._watch is not None:
                self._watch.stop()
            if not ready and gave_up is None:
                gave_up = f"timed out after {waited:.0f} s; {self._where}"
            self._result = Readiness(waited=waited, ready=ready, polls=self._polls, gave_up=gave_up, requests=sent)
        self._done(self._result)
