"""A connection as its lane hands it out, from one request to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.observation.transport.connect import Route
    from smokegate.observation.transport.http import Pools


class LaneConnection:
    """One connection at a time, opened by the first request that goes on it.

    Args:
        alone: whether it carries one request only and is closed after it.
    """

    def __init__(self, *, alone: bool = False) -> None:
        self.alone = alone
        self.current = ""
        """The name of the exchange that it carries, or carried last."""
        self.pools: dict[Route, Pools] = {}

    def close(self) -> None:
        """Close what is open; the next request opens it again."""
        for each in self.pools.values():
            each.close()
        self.pools.clear()
