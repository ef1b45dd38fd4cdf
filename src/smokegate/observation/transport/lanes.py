"""The requests that wait for one server, and how many of them may be under way at once."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

from smokegate.observation.transport.timer import Job
from smokegate.observation.transport.width import Width

#: As many samples, each on a fresh connection, are under way at once where the server takes several connections;
#: where that is not known, one.
SAMPLES = 4

_count = itertools.count()


class Lane:
    """The jobs for one server, the most urgent first. Guarded by its pool's lock.

    Args:
        most: how many jobs may ever be under way at once.
        changed: called when more may be under way than before.
        measured: whether the jobs share a server whose width must be learnt; else `most` hold from the start.
    """

    def __init__(self, most: int, changed: Callable[[Lane], None], *, measured: bool) -> None:
        self._most = most
        self._kept: list[tuple[int, int, Job]] = []
        self._fresh: list[tuple[int, int, Job]] = []
        self.width = Width(most, lambda: self.waiting, lambda: changed(self)) if measured else None
        self.active = 0
        self._sampling = 0
        self.watched = False

    @property
    def waiting(self) -> int:
        """How many jobs have not begun."""
        return len(self._kept) + len(self._fresh)

    @property
    def room(self) -> bool:
        """Whether another job may be under way."""
        if self.width is None:
            return self.active < self._most
        in_use = self.active - self._sampling
        if not self._fresh and len(self._kept) <= in_use and self.width.worth_waiting:
            return False
        return self.active < self.width.allowed

    @property
    def wide(self) -> bool:
        """Whether more jobs are under way than may be: who has finished one begins none."""
        return self.width is not None and self.active > self.width.allowed

    def put(self, job: Job, priority: int, *, fresh: bool) -> None:
        """Add a job; a fresh one opens a connection of its own."""
        heapq.heappush(self._fresh if fresh else self._kept, (priority, next(_count), job))

    def take(self) -> tuple[Job, bool] | None:
        """Return the next job and whether it is a sample; None where none may begin.

        Where no connection is idle one is opened anyhow: then a sample costs least.
        """
        proven = self.width is None or self.width.proven
        samples = bool(self._fresh) and self._sampling < (SAMPLES if proven else 1)
        first = samples and (not self._kept or self._opens())
        if first:
            self._sampling += 1
            return heapq.heappop(self._fresh)[2], True
        return (heapq.heappop(self._kept)[2], False) if self._kept else None

    def done(self, *, sample: bool) -> None:
        """Note that a job has ended."""
        self._sampling -= sample

    def clear(self) -> None:
        """Drop what has not begun."""
        self._kept.clear()
        self._fresh.clear()

    def _opens(self) -> bool:
        """Return whether the next request will open a connection; the very first one is no sample."""
        width = self.width
        return width is not None and width.answered_once and self.active - self._sampling > width.kept
