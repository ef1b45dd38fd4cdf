"""Polls another vantage point during the readiness wait."""

from __future__ import annotations

import time

from smokegate.observation.transport.pool import Pool


class Watch:
    """Polls on the pool's threads, one poll at a time, until it is stopped or a poll is the last."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._stopped = False
        self._began = 0.0
        self.healing = False
        """Whether a deploy is in progress that will replace the running version."""
        self.commit: str | None = None
        """The running version as this vantage point reports it; None: unknown."""
        self.line = ""
        """State of the deploy, in words."""

    @property
    def requests(self) -> int:
        """Number of requests sent."""
        return 0

    def begin(self) -> None:
        """Start polling; does not block."""
        self._began = time.monotonic()
        self._pool.submit(self, self._turn)

    def stop(self) -> None:
        """Stop polling."""
        self._stopped = True

    def _turn(self) -> None:
        if self._stopped:
            return
        pause = self._check_once()
        if pause is not None:
            self._pool.later(pause, lambda: self._pool.submit(self, self._turn))

    def _check_once(self) -> float | None:
        """Poll once; return the seconds until the next poll, None to stop."""
        raise NotImplementedError
