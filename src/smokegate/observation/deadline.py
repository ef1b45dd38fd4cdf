"""The deadline of a run: nothing is sent after it, and no wait goes past it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

#: Seconds after the deadline in which requests in flight may end; seconds between two checks of a wait.
GRACE, SLICE = 1.0, 0.5


class Deadline:
    """The deadline of one environment's run.

    Args:
        seconds: how long the run may take, from `restart` on.
        wait: how long the wait for readiness may take before that, in seconds.
    """

    def __init__(self, seconds: float, wait: float = 0.0) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + wait + seconds

    def restart(self) -> None:
        """Restart the clock: the first requests are sent now."""
        self._ends = time.monotonic() + self.seconds

    @property
    def left(self) -> float:
        """Seconds until it has passed; zero from then on."""
        return max(0.0, self._ends - time.monotonic())

    def reached(self, done: Callable[[], bool], condition: threading.Condition) -> bool:
        """Wait until something is done, and return whether it is: a thread that hangs must not hang the run."""
        while not done():
            left = self._ends + GRACE - time.monotonic()
            if left <= 0:
                return False
            condition.wait(min(left, SLICE))
        return True
