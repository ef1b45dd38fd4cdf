"""The requests that wait for one server, and how many of them may be under way at once."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Hashable
from typing import NamedTuple

from smokegate.observation.transport.sample_connection import SampleConnection
from smokegate.observation.transport.timer import Job
from smokegate.observation.transport.width import Width

#: As many samples, each on a fresh connection, are under way at once where the server takes several connections;
#: where that is not known, one.
SAMPLES = 4

_count = itertools.count()


class Sample(NamedTuple):
    """A job that goes on a connection of its own."""

    job: Callable[[SampleConnection], object]
    of: Hashable
    """What it samples; None where the connection must carry nothing else."""


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
        self._fresh: list[tuple[int, int, Sample]] = []
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

    def put(self, job: Job, priority: int) -> None:
        """Add a job that goes on whatever connection is free."""
        heapq.heappush(self._kept, (priority, next(_count), job))

    def put_sample(self, sample: Sample, priority: int) -> None:
        """Add a job that goes on a connection of its own."""
        heapq.heappush(self._fresh, (priority, next(_count), sample))

    def take(self) -> Job | Sample | None:
        """Return the next job; None where none may begin.

        Where no connection is idle one is opened anyhow: then a sample costs least. The more urgent one goes first.
        """
        proven = self.width is None or self.width.proven
        samples = bool(self._fresh) and self._sampling < (SAMPLES if proven else 1)
        first = samples and (not self._kept or self._fresh[0][0] < self._kept[0][0] or self._opens())
        if first:
            self._sampling += 1
            return heapq.heappop(self._fresh)[2]
        return heapq.heappop(self._kept)[2] if self._kept else None

    def sample_connection(self) -> SampleConnection:
        """Return a connection for samples of this lane."""
        return SampleConnection(
            lambda carried: self.width is not None and self.width.proven and self._next(carried) is not None
        )

    def take_for(self, own: SampleConnection) -> Sample | None:
        """Return the next sample that may go on a connection which has carried others."""
        found = self._next(own.carried) if own.wanted else None
        if found is None:
            return None
        self._fresh.remove(found)
        heapq.heapify(self._fresh)
        return found[2]

    def sampled(self) -> None:
        """Note that a connection for samples is closed."""
        self._sampling -= 1

    def clear(self) -> None:
        """Drop what has not begun."""
        self._kept.clear()
        self._fresh.clear()

    def _next(self, carried: frozenset[Hashable]) -> tuple[int, int, Sample] | None:
        if None in carried:
            return None
        fitting = [each for each in self._fresh if each[2].of is not None and each[2].of not in carried]
        return min(fitting, default=None)

    def _opens(self) -> bool:
        """Return whether the next request will open a connection; the very first one is not a sample."""
        width = self.width
        return width is not None and width.answered_once and self.active - self._sampling > width.kept
