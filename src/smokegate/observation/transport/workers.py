"""The threads of a pool: a bounded number that serve all lanes, and one that runs short scheduled jobs."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial

from smokegate.observation.transport.lanes import Lane, LaneRequest
from smokegate.observation.transport.limits import set_malloc_option
from smokegate.observation.transport.slot import LaneConnection

Job = Callable[[], object]


class Timer:
    """Runs jobs after a delay, on one daemon thread started by the first job. Thread-safe."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._jobs: list[tuple[float, int, Job]] = []
        self._count = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    def later(self, seconds: float, job: Job) -> None:
        """Run a short job in `seconds`, unless closed before."""
        with self._condition:
            if self._closed:
                return
            heapq.heappush(self._jobs, (time.monotonic() + seconds, next(self._count), job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="smokegate timer", daemon=True)
                self._thread.start()
            self._condition.notify()

    def close(self) -> None:
        """Drop the pending jobs."""
        with self._condition:
            self._closed = True
            self._jobs.clear()
            self._condition.notify()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            guarded(job)

    def _next(self) -> Job | None:
        with self._condition:
            while not self._closed:
                left = self._jobs[0][0] - time.monotonic() if self._jobs else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._jobs)[2]
                self._condition.wait(left)
        return None


def guarded(job: Job) -> None:
    """Run a job and log its exception, so that the thread survives."""
    try:
        job()
    except Exception:  # noqa: BLE001 -- jobs report their failures; a thread must survive them
        log().exception("a job of the pool failed")


def log() -> logging.Logger:
    """Return the package's logger."""
    return logging.getLogger("smokegate")


#: `M_ARENA_MAX` of glibc (malloc.h), and how many arenas suffice: the GIL lets one thread allocate at a time.
ARENA_MAX, ARENAS = -8, 1


class Workers:
    """Up to `most` threads; each stays with a lane while it has requests that may start."""

    def __init__(self, most: int) -> None:
        self.lock = threading.RLock()
        """Also guards the lanes."""
        self._wake = threading.Condition(self.lock)
        self._most = most
        self._ready: deque[tuple[Lane, LaneRequest, LaneConnection]] = deque()
        self._threads = 0
        self._idle = 0
        self.closed = False

    def dispatch(self, lane: Lane) -> None:
        """Hand the requests of a lane that may start to threads."""
        with self.lock:
            while not self.closed and (taken := lane.take()) is not None:
                self._ready.append((lane, *taken))
                if self._idle >= len(self._ready):
                    self._wake.notify()
                elif self._threads < self._most:
                    self._threads += 1
                    threading.Thread(target=self._work, name=f"smokegate {self._threads}", daemon=True).start()

    def close(self) -> None:
        """Stop the threads; queued requests are dropped."""
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
        """Run a request; return the next one of the lane for this thread."""
        guarded(partial(request.run, connection))
        with self.lock:
            lane.done(connection)
            following = None if self.closed else lane.take()
            self.dispatch(lane)
        return following


def limit_memory_arenas() -> None:
    """Make all threads share one glibc memory arena: freed memory in a thread's arena is unusable to others."""
    set_malloc_option(ARENA_MAX, ARENAS)
