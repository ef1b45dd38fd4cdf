"""Which servers answer: one that hangs is sent nothing more, and one that fails often gets no more samples."""

from __future__ import annotations

from collections.abc import Callable

from smokegate.observation.exchange import Exchange, NotSent
from smokegate.observation.plan.step import failed
from smokegate.observation.transport.causes import WireCause
from smokegate.observation.transport.connect import Origin

#: A server that failed this often, which took this many seconds in all, and has answered nothing soundly, gets no
#: further samples: they would take as long and add nothing.
MIN_FAILURES, MIN_SECONDS = 3, 5.0


class Servers:
    """What the exchanges of one environment have shown of the servers that they went to."""

    def __init__(self) -> None:
        self._answering: set[Origin] = set()
        self._hanging: dict[Origin, str] = {}
        self._exchanges: dict[Origin, list[Exchange]] = {}

    def refuses(self, origin: Origin, *, sample: bool) -> NotSent | None:
        """Return why a server is sent nothing more, or no more samples; None where it may be sent this."""
        if origin in self._hanging:
            return NotSent(self._hanging[origin])
        return NotSent("") if sample and _is_pointless(self._exchanges.get(origin, [])) else None

    def note(self, origin: Origin, exchange: Exchange, first: Callable[[], str]) -> None:
        """Take an exchange into account: a server that let one time out and never answered any gets no more.

        Further requests would each wait for a time-out of their own, and be one more load on a server that hangs.

        Args:
            origin: the server.
            exchange: what was sent to it.
            first: returns which of the requests that hang there was planned first.
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
        return False  # before any is judged: that reads what the edges say
    return all(failed(each) or (each.answer is not None and each.answer.status >= 500) for each in exchanges)
