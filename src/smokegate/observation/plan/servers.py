"""Tracks servers: a hanging one gets no more requests, a failing one no more samples."""

from __future__ import annotations

from collections.abc import Callable

from smokegate.observation.exchange import Exchange, NotSent
from smokegate.observation.plan.step import failed
from smokegate.observation.transport.causes import WireCause
from smokegate.observation.transport.connect import Origin

#: Attempts, and their seconds in total, after which a server that only failed gets no more samples: they would take
#: as long and add nothing.
MIN_FAILURES, MIN_SECONDS = 3, 5.0


class Servers:
    """State of the servers of one environment, derived from their exchanges."""

    def __init__(self) -> None:
        self._answering: set[Origin] = set()
        self._hanging: dict[Origin, str] = {}
        self._exchanges: dict[Origin, list[Exchange]] = {}

    def refuses(self, origin: Origin, *, sample: bool) -> NotSent | None:
        """Return why a server gets no more requests or samples; None to send."""
        if origin in self._hanging:
            return NotSent(self._hanging[origin])
        return NotSent("") if sample and _is_pointless(self._exchanges.get(origin, [])) else None

    def note(self, origin: Origin, exchange: Exchange, first: Callable[[], str]) -> None:
        """Record an exchange: a server that timed out and never responded gets no more requests.

        Each would wait for another timeout and add load to a hanging server.

        Args:
            origin: the server.
            exchange: the exchange.
            first: returns the name of the first planned request hanging there.
        """
        lost = exchange.no_answer
        if not isinstance(exchange.outcome, NotSent):
            self._exchanges.setdefault(origin, []).append(exchange)
        if exchange.answer is not None:
            self._answering.add(origin)
            self._hanging.pop(origin, None)
        elif lost and lost.cause is WireCause.READ_TIMEOUT and origin not in self._answering:
            self._hanging.setdefault(origin, first())


def _is_pointless(exchanges: list[Exchange]) -> bool:
    attempts = sum(len(each.attempts) for each in exchanges)
    seconds = sum(each.seconds + sum(one.seconds for one in each.earlier) for each in exchanges)
    if attempts < MIN_FAILURES or seconds < MIN_SECONDS:
        return False  # checked first, since `failed` loads the edge knowledge
    return all(failed(each) or (each.answer is not None and each.answer.status >= 500) for each in exchanges)
