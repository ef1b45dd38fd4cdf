"""A bounded number of daemon threads that work on whatever lane has a request that may begin."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import deque
from functools import partial

from smokegate.observation.transport.lane_connection import LaneConnection
from smokegate.observation.transport.lanes import Lane, LaneRequest
from smokegate.observation.transport.timer import guarded

#: glibc's `M_ARENA_MAX` (malloc.h), and how many arenas are enough: Python's lock lets one thread allocate at a time.
ARENA_MAX, ARENAS = -8, 1


class Workers:
    """At most so many threads; each stays with a lane until that has nothing left to begin.

    Args:
        most: how many threads there may be.
    """

    def __init__(self, most: int) -> None:
        self.lock = threading.RLock()
        """Guards the lanes, too."""
        self._wake = threading.Condition(self.lock)
        self._most = most
        self._ready: deque[tuple[Lane, LaneRequest, LaneConnection]] = deque()
        self._threads = 0
        self._idle = 0
        self.closed = False

    def dispatch(self, lane: Lane) -> None:
        """Have threads do what may begin on a lane."""
        with self.lock:
            while not self.closed and (taken := lane.take()) is not None:
                self._ready.append((lane, *taken))
                if self._idle >= len(self._ready):
                    self._wake.notify()
                elif self._threads < self._most:
                    self._threads += 1
                    threading.Thread(target=self._work, name=f"smokegate {self._threads}", daemon=True).start()

    def close(self) -> None:
        """Let the threads end; what has not begun is dropped."""
        with self.lock:
            self.closed = True
            self._ready.clear()
            self._wake.notify_all()

    def _work(self) -> None:
        while (ready := self._next()) is not None:
            lane, request, connection = ready
            while (following := self._run_request(lane, request, connection)) is not None:
                request, connection = following

    def _next(self) -> tuple[Lane, LaneRequest, LaneConnection] | None:
        with self._wake:
            while not self._ready and not self.closed:
                self._idle += 1
                self._wake.wait()
                self._idle -= 1
            return None if self.closed else self._ready.popleft()

    def _run_request(
        self, lane: Lane, request: LaneRequest, connection: LaneConnection
    ) -> tuple[LaneRequest, LaneConnection] | None:
        """Do a request, and return what this thread does next on the lane."""
        guarded(partial(request.run, connection))
        with self.lock:
            lane.done(connection)
            following = None if self.closed else lane.take()
            self.dispatch(lane)
        return following


def limit_memory_arenas() -> None:
    """Have glibc give threads no memory arenas of their own: each keeps what others could use."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 -- only where many threads are to come

        with contextlib.suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS)
