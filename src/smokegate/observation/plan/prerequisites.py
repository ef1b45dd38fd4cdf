"""When one exchange makes another pointless."""

from __future__ import annotations

from smokegate.observation.evidence.edge import edge_answer
from smokegate.observation.exchange import Exchange
from smokegate.observation.transport.causes import Stage


def never_sent(exchange: Exchange) -> bool:
    """Return whether a request was never on the wire, because no connection could be opened."""
    lost = exchange.no_answer
    return lost is not None and lost.cause.stage is not Stage.EXCHANGE


def failed(exchange: Exchange) -> bool:
    """Return whether the application itself gave no answer: there is none, or the edge made it."""
    return exchange.answer is None or edge_answer(exchange.answer) is not None
