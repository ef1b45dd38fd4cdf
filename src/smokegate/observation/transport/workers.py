"""A bounded number of daemon threads that work on whatever lane has room."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections import deque
from functools import partial

from smokegate.observation.transport.lanes import Lane, Sample
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
        self._ready: deque[Lane] = deque()
        self._threads = 0
        self._idle = 0
        self.closed = False

    def let_in(self, lane: Lane) -> None:
        """Send threads to a lane, as many as it has room and jobs for."""
        with self.lock:
            for _ in range(lane.waiting):
                if self.closed or not lane.room:
                    return
                lane.active += 1
                self._ready.append(lane)
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
        while (lane := self._next()) is not None:
            while self._do_one(lane):
                pass

    def _next(self) -> Lane | None:
        with self._wake:
            while not self._ready and not self.closed:
                self._idle += 1
                self._wake.wait()
                self._idle -= 1
            return None if self.closed else self._ready.popleft()

    def _do_one(self, lane: Lane) -> bool:
        """Do a lane's next job; False where there is none, or the lane has become narrower."""
        with self.lock:
            taken = None if self.closed or lane.wide else lane.take()
            if taken is None:
                lane.active -= 1
                return False
        if isinstance(taken, Sample):
            self._sample(lane, taken)
        else:
            guarded(taken)
        return True

    def _sample(self, lane: Lane, sample: Sample | None) -> None:
        """Do one sample, and on the same connection those that wait and are of something else."""
        own = lane.sample_connection()
        while sample is not None:
            own.add(sample.of)
            guarded(partial(sample.job, own))
            with self.lock:
                sample = None if self.closed or lane.wide else lane.take_for(own)
        own.close()
        with self.lock:
            lane.sampled()


def share_memory() -> None:
    """Have glibc give threads no memory arenas of their own: each keeps what others could use."""
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 -- only where many threads are to come

        with contextlib.suppress(AttributeError, OSError):  # another C library
            ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS)
