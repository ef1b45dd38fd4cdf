"""One thread that does short jobs at their time."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable

Job = Callable[[], object]


class Timer:
    """Does jobs later, on one daemon thread that starts with the first job. Thread-safe."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._jobs: list[tuple[float, int, Job]] = []
        self._count = itertools.count()
        self._thread: threading.Thread | None = None
        self._closed = False

    def later(self, seconds: float, job: Job) -> None:
        """Run a short job after some seconds, unless `close` comes first."""
        with self._condition:
            if self._closed:
                return
            heapq.heappush(self._jobs, (time.monotonic() + seconds, next(self._count), job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="smokegate timer", daemon=True)
                self._thread.start()
            self._condition.notify()

    def close(self) -> None:
        """Drop what has not begun."""
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
    """Do a job; an exception is logged, so that the thread that did it lives on."""
    try:
        job()
    except Exception:  # noqa: BLE001 -- jobs report their own failures; no thread may be lost for one
        log().exception("a job of the pool failed")


def log() -> logging.Logger:
    """Return the package's logger."""
    return logging.getLogger("smokegate")
