"""A thread that runs short scheduled jobs."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

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
