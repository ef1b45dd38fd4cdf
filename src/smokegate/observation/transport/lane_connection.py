"""A connection that a lane assigns to one request after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.observation.transport.connect import Route
    from smokegate.observation.transport.http import Pools


class LaneConnection:
    """One connection at a time, opened by its first request.

    Args:
        alone: close it after one request.
    """

    def __init__(self, *, alone: bool = False) -> None:
        self.alone = alone
        self.current = ""
        """The name of its current or last exchange."""
        self.pools: dict[Route, Pools] = {}

    def close(self) -> None:
        """Close it; the next request reopens it."""
        for each in self.pools.values():
            each.close()
        self.pools.clear()
