"""The deadline of a run: nothing is sent after it, and no wait goes past it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

#: Seconds that requests in flight may overrun the deadline; seconds between two checks of a wait.
GRACE, SLICE = 1.0, 0.5


class Deadline:
    """The deadline of an environment's run: `seconds` after `restart`, before which `wait` seconds may pass."""

    def __init__(self, seconds: float, wait: float = 0.0) -> None:
        self.seconds = seconds
        self._ends = time.monotonic() + wait + seconds

    def restart(self) -> None:
        """Start counting now, when the first requests are sent."""
        self._ends = time.monotonic() + self.seconds

    @property
    def left(self) -> float:
        """Seconds until the deadline, never negative."""
        return max(0.0, self._ends - time.monotonic())

    def reached(self, done: Callable[[], bool], condition: threading.Condition) -> bool:
        """Wait for `done`; return False on timeout, because a hanging thread must not hang the run."""
        while not done():
            left = self._ends + GRACE - time.monotonic()
            if left <= 0:
                return False
            condition.wait(min(left, SLICE))
        return True
