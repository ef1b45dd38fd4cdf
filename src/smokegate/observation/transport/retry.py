"""One exchange: its attempts, and the response time of the server."""

from __future__ import annotations

import time

from smokegate.observation.evidence.assertions import unmet
from smokegate.observation.evidence.record import Recorder
from smokegate.observation.exchange import Answer, Attempt, Exchange, NoAnswer, Phases
from smokegate.observation.plan.step import IDEMPOTENT, RawResponse, RequestToSend, Step, origin_of
from smokegate.observation.transport.again import pause_before_next
from smokegate.observation.transport.causes import WireCause, chain
from smokegate.observation.transport.dial import SharedFailureError
from smokegate.observation.transport.fetch import fetch
from smokegate.observation.transport.pool import Pool
from smokegate.observation.transport.sites import Sites
from smokegate.observation.transport.slot import LaneConnection
from smokegate.observation.transport.trace import Trace

#: Seconds over the latency budget beyond which the excess is not our noise: no further measurement.
NOISE = 1.0
MAX_REMEASURED = 2


class Retries:
    """Carries out the steps of one environment, with `timeout` seconds per exchange, all attempts included."""

    def __init__(self, pool: Pool, recorder: Recorder, timeout: float, sites: Sites) -> None:
        self.pool = pool
        self.recorder = recorder
        self.timeout = timeout
        self.sites = sites

    def run(
        self,
        step: Step,
        request: RequestToSend,
        since: float,
        timeout: float | None = None,
        connection: LaneConnection | None = None,
    ) -> tuple[Exchange, RawResponse | None]:
        """Send a request, with retries, within one deadline; return also the response for dependent steps.

        `since` is when it was dequeued (monotonic clock); `timeout` replaces that of the step or environment. The
        connection is used by the first attempt; each retry reopens it, so that a load balancer chooses again.
        """
        deadline = time.monotonic() + (timeout or step.timeout or self.timeout)
        request = self.sites.with_trace(self.sites.completed(request))
        attempts: list[Attempt] = []
        while True:
            if connection is None and (attempts or step.fresh):
                connection = LaneConnection(alone=True)
            elif connection is not None and attempts:
                connection.close()
            trace = fetch(self.pool, request, deadline, since, connection)
            took = trace.ended - trace.started
            try:
                outcome = self._outcome(step, trace)
                attempts.append(Attempt(outcome, trace.started - self.recorder.zero, took))
                again = step.retry and request.method in IDEMPOTENT
                waking_up = again and len(attempts) == 1 and self._may_be_waking_up(request, outcome)
                pause = self._pause(step, attempts, trace) if again and not waking_up else None
            finally:
                trace.body.release()  # free its memory for the next large body
            if waking_up:
                deadline = time.monotonic() + self.timeout
            elif pause is None or time.monotonic() + pause + took > deadline:
                break
            else:
                time.sleep(pause)
                if time.monotonic() >= deadline:  # this machine stood still: that says nothing of the server
                    break
            since = time.monotonic()
        phases = self.recorder.phases(trace)
        measured = self._measure(step, request, phases, deadline, connection) if isinstance(outcome, Answer) else ()
        exchange = Exchange(
            name=step.name,
            request=self.recorder.request(request),
            outcome=outcome,
            started=attempts[-1].started,
            seconds=attempts[-1].seconds,
            phases=phases,
            earlier=tuple(attempts[:-1]),
            warm_seconds=min(measured, default=None),
            measured=measured,
        )
        return exchange, trace.raw if step.on_response is not None else None

    def _may_be_waking_up(self, request: RequestToSend, outcome: Answer | NoAnswer) -> bool:
        """Return whether the server may be cold-starting: its first request ever timed out."""
        if not isinstance(outcome, NoAnswer) or outcome.cause is not WireCause.READ_TIMEOUT:
            return False
        return not self.pool.width(origin_of(request.url, request.route)).answered_once

    def _pause(self, step: Step, attempts: list[Attempt], trace: Trace) -> float | None:
        declared = step.declared
        as_declared = None if declared is None else lambda answer: not unmet(declared, answer)
        shared = trace.error is not None and any(isinstance(each, SharedFailureError) for each in chain(trace.error))
        return pause_before_next([each.outcome for each in attempts], as_declared, shared=shared)

    def _outcome(self, step: Step, trace: Trace) -> Answer | NoAnswer:
        if trace.raw is None:
            return self.recorder.no_answer(trace)
        answer = self.recorder.answer(trace, step.kept_text)
        if step.on_response is None:
            trace.raw = None  # may be megabytes, and is not needed
        return answer

    def _measure(
        self, step: Step, request: RequestToSend, phases: Phases, deadline: float, connection: LaneConnection | None
    ) -> tuple[float, ...]:
        """Repeat the measurement while it exceeds the budget by no more than our start-up may cost."""
        first = phases.server_seconds
        if first is None:
            return ()
        measured = [first]
        while (
            step.within is not None
            and step.within < min(measured) < step.within + NOISE
            and len(measured) <= MAX_REMEASURED
            and request.method in IDEMPOTENT
            and time.monotonic() + min(measured) < deadline
        ):
            again = fetch(self.pool, request, deadline, connection=connection)
            again.body.release()
            server_seconds = self.recorder.phases(again).server_seconds
            if again.raw is None or server_seconds is None:
                break
            measured.append(server_seconds)
        return tuple(measured)
