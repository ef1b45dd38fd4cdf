"""Decides whether to retry a request: transient failures are retried, and more samples show how often they occur.

Each attempt is a sample: a success does not erase an earlier failure. After a first failure, attempts continue until
it repeats, which makes it the outcome, or until twenty further attempts succeed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC

from smokegate.observation.evidence.edge import edge_answer
from smokegate.observation.evidence.limit import is_limit
from smokegate.observation.exchange import Answer, NoAnswer
from smokegate.observation.transport.causes import WireCause
from smokegate.observation.transport.limits import number

#: Transient failures. Not timeouts, which have used up the deadline, nor "no such name", which is definite.
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
RETRIED_STATUS = frozenset({429, 502, 503, 504, *range(520, 531)})
#: Seconds before the second and the third attempt; short, because a dead host must fail fast.
BACKOFF = (0.05, 0.1)
#: The same where a rate limit is likely: 429 without `Retry-After`, and 503 from nginx.
RATE_LIMIT_BACKOFF = (0.3, 0.6)
#: Maximum attempts while none succeeds: for transient failures, and for responses of the application.
MAX_TRANSIENT, MAX_APPLICATION = 3, 2
#: Attempts after the first success, to see whether the failure repeats. With one broken instance of two they miss it
#: once in a million runs, with one of four once in 300.
EXTRA_SAMPLES = 20
#: Maximum characters of a date in a header.
MAX_DATE = 64

Outcome = Answer | NoAnswer


def pause_before_next(
    outcomes: Sequence[Outcome], as_declared: Callable[[Answer], bool] | None, *, shared: bool
) -> float | None:
    """Return the seconds to wait before the next attempt; None to stop.

    `as_declared` returns whether a response meets the declared expectations, if any are. `shared`: the last failure is
    another request's, which was retried already.
    """
    last = outcomes[-1]
    passed = [_passed(each, as_declared) for each in outcomes]
    if passed[-1]:
        only_rate_limited = all(each or _is_rate_limited(one) for each, one in zip(passed, outcomes, strict=True))
        if all(passed) or as_declared is None or only_rate_limited:
            return None
        return 0.0 if len(passed) - passed.index(True) <= EXTRA_SAMPLES else None
    if any(passed) or shared:
        return None
    backoff = _backoff(last)
    max_attempts = MAX_APPLICATION if backoff is None or _is_rate_limited(last) else MAX_TRANSIENT
    if len(outcomes) >= max_attempts or (backoff is None and (as_declared is None or not isinstance(last, Answer))):
        return None
    requested = retry_after(last) if isinstance(last, Answer) else None
    return requested if requested is not None else (backoff or BACKOFF)[len(outcomes) - 1]


def _is_rate_limited(outcome: Outcome) -> bool:
    return isinstance(outcome, Answer) and is_limit(outcome)


def _passed(outcome: Outcome, as_declared: Callable[[Answer], bool] | None) -> bool:
    if isinstance(outcome, NoAnswer):
        return False
    return as_declared(outcome) if as_declared is not None else _backoff(outcome) is None


def _backoff(outcome: Outcome) -> tuple[float, ...] | None:
    """Return the backoff for a transient failure, None for a response of the application."""
    if isinstance(outcome, NoAnswer):
        return BACKOFF if outcome.cause in RETRIED else None
    if is_limit(outcome):
        return RATE_LIMIT_BACKOFF
    edge = edge_answer(outcome) if outcome.status in RETRIED_STATUS else None
    if edge is None or not edge.heals:
        return None
    return RATE_LIMIT_BACKOFF if outcome.status == 503 else BACKOFF


def retry_after(answer: Answer) -> float | None:
    """Return the `Retry-After` of a response in seconds, which may be a number or a date; None if absent."""
    text = answer.headers.get("retry-after", "").strip()
    seconds = number(text)
    if seconds is not None or not text or len(text) > MAX_DATE:
        return None if seconds is None else float(seconds)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 -- start-up time: seldom needed

    try:
        date = parsedate_to_datetime(text)
        return max(0.0, date.replace(tzinfo=date.tzinfo or UTC).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
