"""Looks at another vantage point again and again while the health check is waited for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.observation.transport.pool import Pool


class Watch:
    """One look after the other, each in a thread of the pool, until it is stopped or a look says that it was the last.

    Args:
        pool: does the work.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._stopped = False
        self._began = 0.0
        self.healing = False
        """Whether a deploy is under way, which will replace what is there now."""
        self.commit: str | None = None
        """The version that runs, as this vantage point has it; None: it is not known."""
        self.line = ""
        """Where the deployment stands, in words."""

    @property
    def requests(self) -> int:
        """How many requests it has sent."""
        return 0

    def begin(self) -> None:
        """Start; returns at once."""
        self._began = time.monotonic()
        self._pool.submit(self, self._turn)

    def stop(self) -> None:
        """Check no more."""
        self._stopped = True

    def _turn(self) -> None:
        if self._stopped:
            return
        pause = self._check_once()
        if pause is not None:
            self._pool.later(pause, lambda: self._pool.submit(self, self._turn))

    def _check_once(self) -> float | None:
        """Check once; returns the seconds until the next check, None for none."""
        raise NotImplementedError
