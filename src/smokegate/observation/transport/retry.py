"""One exchange: the attempts that it takes, and the time that the server is answerable for."""

from __future__ import annotations

import time
from datetime import UTC
from typing import NamedTuple

from smokegate.observation.evidence.edge import edge_answer
from smokegate.observation.evidence.record import Recorder
from smokegate.observation.model import Answer, Attempt, Exchange, NoAnswer, Phases
from smokegate.observation.plan.step import IDEMPOTENT, RawResponse, RequestToSend, Step
from smokegate.observation.transport.causes import WireCause
from smokegate.observation.transport.dial import SharedFailureError
from smokegate.observation.transport.fetch import Fetched, fetch
from smokegate.observation.transport.limits import number
from smokegate.observation.transport.pool import Pool

#: What may be gone a moment later. Time-outs have used up the deadline, and "no such name" is an answer.
RETRIED = frozenset(
    {
        WireCause.NAME_SERVER,
        WireCause.REFUSED,
        WireCause.UNREACHABLE,
        WireCause.TLS_HANDSHAKE,
        WireCause.RESET,
        WireCause.CLOSED,
        WireCause.TRUNCATED,
    }
)
RETRIED_STATUS = frozenset({429, 502, 503, 504})
#: Seconds before the second and the third attempt: a dead host must be judged at once, not after a long
#: patience.
BACKOFF = (0.05, 0.1)
#: The same after "too many requests" without a `Retry-After`.
CALMER = (0.3, 0.6)
#: More than this over its budget is no noise of ours: it is not measured again.
NOISE = 1.0
#: Characters of a date in a header.
LONGEST_DATE = 64
REMEASURED = 2


class RetryResult(NamedTuple):
    """What an exchange came to, for keeping and, with its secrets, for the steps that depend on it."""

    exchange: Exchange
    raw: RawResponse | None


class Retries:
    """Carries out the steps of one environment.

    Args:
        pool: the connections.
        recorder: turns what came into what is kept.
        timeout: the deadline of one exchange, in seconds, all its attempts included.
        ca_file: authorities to trust besides the usual ones.
    """

    def __init__(self, pool: Pool, recorder: Recorder, timeout: float, ca_file: str | None) -> None:
        self.pool = pool
        self.recorder = recorder
        self.timeout = timeout
        self.ca_file = ca_file

    def run(self, step: Step, ask: RequestToSend, asked: float, timeout: float | None = None) -> RetryResult:
        """Send until there is an answer worth keeping, within one deadline.

        Args:
            step: what the exchange is.
            ask: the request.
            asked: when it was asked for (monotonic clock).
            timeout: a deadline other than the environment's, in seconds.
        """
        deadline = time.monotonic() + (timeout or self.timeout)
        earlier: list[Attempt] = []
        while True:
            fetched = self._fetch(ask, asked, deadline, fresh=step.fresh)
            outcome = self._outcome(step, fetched)
            pause = self._pause(step, ask, fetched, outcome, len(earlier))
            if pause is None or time.monotonic() + pause + (fetched.ended - fetched.started) > deadline:
                break
            earlier.append(Attempt(outcome, fetched.started - self.recorder.zero, fetched.ended - fetched.started))
            time.sleep(pause)
            asked = time.monotonic()
        phases = self.recorder.phases(fetched)
        measured = self._measure(step, ask, phases, deadline) if fetched.raw is not None else ()
        exchange = Exchange(
            name=step.name,
            request=self.recorder.request(ask),
            outcome=outcome,
            started=fetched.started - self.recorder.zero,
            seconds=fetched.ended - fetched.started,
            phases=phases,
            earlier=tuple(earlier),
            warm_seconds=min(measured, default=None),
            measured=measured,
        )
        return RetryResult(exchange, fetched.raw)

    def _fetch(self, ask: RequestToSend, asked: float, deadline: float, *, fresh: bool) -> Fetched:
        began = time.monotonic()
        client = self.pool.client()
        fetched = fetch(client, ask, client.trace(self.ca_file, asked, deadline, fresh=fresh))
        fetched.started = began
        return fetched

    def _outcome(self, step: Step, fetched: Fetched) -> Answer | NoAnswer:
        return (
            self.recorder.no_answer(fetched) if fetched.raw is None else self.recorder.answer(fetched, step.kept_text)
        )

    def _pause(
        self, step: Step, ask: RequestToSend, fetched: Fetched, outcome: Answer | NoAnswer, tried: int
    ) -> float | None:
        """Return the seconds to wait before another attempt; None where there is to be none."""
        if not step.retry or ask.method not in IDEMPOTENT or tried >= len(BACKOFF):
            return None
        if isinstance(outcome, NoAnswer):
            shared = _wraps_shared(fetched.error)
            return BACKOFF[tried] if outcome.cause in RETRIED and not shared else None
        made = edge_answer(outcome) if outcome.status in RETRIED_STATUS else None
        if made is None or not made.heals:
            return None
        named = retry_after(outcome)
        if named is not None:
            return named
        return (CALMER if outcome.status == 429 else BACKOFF)[tried]

    def _measure(self, step: Step, ask: RequestToSend, phases: Phases, deadline: float) -> tuple[float, ...]:
        """Measure again while the answering time is over the budget by no more than our start-up may cost."""
        first = phases.answering
        if first is None:
            return ()
        measured = [first]
        while (
            step.within is not None
            and step.within < min(measured) < step.within + NOISE
            and len(measured) <= REMEASURED
            and ask.method in IDEMPOTENT
            and time.monotonic() + min(measured) < deadline
        ):
            again = self._fetch(ask, time.monotonic(), deadline, fresh=step.fresh)
            answering = self.recorder.phases(again).answering
            if again.raw is None or answering is None:
                break
            measured.append(answering)
        return tuple(measured)


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that an answer asks to wait, given in seconds or as a date; None where it names none."""
    text = answer.headers.get("retry-after", "").strip()
    seconds = number(text)
    if seconds is not None or not text or len(text) > LONGEST_DATE:
        return None if seconds is None else float(seconds)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 -- start-up time: seldom needed

    try:
        date = parsedate_to_datetime(text)
        return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _wraps_shared(error: BaseException | None) -> bool:
    from smokegate.observation.transport.errors import chain  # noqa: PLC0415 -- knows requests, which is imported late

    return error is not None and any(isinstance(each, SharedFailureError) for each in chain(error))
