"""A connection that carries samples only, one of each thing that is sampled."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.observation.transport.connect import Route
    from smokegate.observation.transport.http import Pools


class SampleConnection:
    """Samples of different things share a connection where more of them wait than may be under way at once.

    Two samples of the same thing never do: a balancer that chooses an instance for each connection would send
    both to the same one.

    Args:
        wanted: whether a sample waits that may go on it, given what it has carried.
    """

    def __init__(self, wanted: Callable[[frozenset[Hashable]], bool]) -> None:
        self._wanted = wanted
        self.carried: frozenset[Hashable] = frozenset()
        """What has been sampled on it."""
        self.pools: dict[Route, Pools] = {}

    def add(self, what: Hashable) -> None:
        """Note what is sampled on it next."""
        self.carried |= {what}

    @property
    def wanted(self) -> bool:
        """Whether it is kept open when its answer has been read."""
        return self._wanted(self.carried)

    def close(self) -> None:
        """Close what is open."""
        for each in self.pools.values():
            each.close()
        self.pools.clear()
