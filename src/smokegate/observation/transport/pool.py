"""The threads and connections that all environments of a session share."""

from __future__ import annotations

import heapq
import itertools
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from smokegate.observation.transport.connect import Origin
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.lookup import Resolver
from smokegate.observation.transport.tls import Contexts

if TYPE_CHECKING:
    import logging

    from smokegate.observation.transport.http import Client

THREADS = 64
#: As many connections per host as browsers open.
LANE = 6
#: So many jobs for each of a lane's connections are worth one more, where a thread has nothing else to do.
WORTH_IT = 4
#: A lane in which nothing ended for this long is stuck behind slow answers: what still queues gets
#: connections of its own.
PATIENCE = 0.5
STUCK_LANE = 24

Job = Callable[[], object]


class _Lane:
    """The jobs for one host, the most urgent first."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.active = 0
        self.ended = 0
        self.watched = False
        self.jobs: list[tuple[int, int, Job]] = []


class Pool:
    """At most 64 daemon threads, the pooled connections, one TLS context and one resolver.

    Jobs must not wait for one another. Thread-safe.

    Args:
        environments: how many environments will share it, so that each gets its share of the threads.
        threads: how many threads there may be.
    """

    def __init__(self, environments: int = 1, threads: int = THREADS) -> None:
        self.dialer = Dialer(Resolver(), Contexts())
        self._share = max(1, min(LANE, threads // max(1, environments)))
        self._most = threads
        lock = threading.RLock()
        self._condition = threading.Condition(lock)
        self._clock = threading.Condition(lock)
        self._lanes: dict[Hashable, _Lane] = {}
        self._ready: deque[_Lane] = deque()
        self._later: list[tuple[float, int, Job]] = []
        self._count = itertools.count()
        self._threads = 0
        self._idle = 0
        self._timer: threading.Thread | None = None
        self._closed = False
        self._client: Client | None = None
        self._importing = threading.Lock()

    def submit(self, lane: Hashable, job: Job, priority: int = 5) -> None:
        """Have a job done on its lane, whose jobs share a few connections; the smallest priority first."""
        with self._condition:
            found = self._lanes.setdefault(lane, _Lane(self._share))
            heapq.heappush(found.jobs, (priority, next(self._count), job))
            if not self._let_in(found) and not found.watched:
                found.watched = True
                self._watch(found)

    def later(self, seconds: float, job: Job) -> None:
        """Have a short job done by the timer thread after some seconds; it submits what takes longer."""
        with self._condition:
            self._schedule(seconds, job)

    def client(self) -> Client:
        """Return the HTTP client; the first call imports requests."""
        if self._client is None:
            with self._importing:
                if self._client is None:
                    from smokegate.observation.transport.http import Client  # noqa: PLC0415 -- imported late

                    self._client = Client(self.dialer)
        return self._client

    def prepare(self, origins: Iterable[Origin]) -> None:
        """Load the authorities and import requests, while the first connections are being opened."""
        for ca_file in {origin.ca_file for origin in origins if origin.scheme == "https"}:
            self.submit(("authorities", ca_file), partial(self.dialer.contexts.get, ca_file))
        self.submit(self, self.client)

    def ahead(self, origin: Origin, connections: int) -> None:
        """Begin to open at most so many connections, before anything asks for one; returns at once."""
        if not _proxy_named():
            self.dialer.ahead(origin, min(connections, self._share))

    def warm(self, origin: Origin, asked: float, deadline: float) -> None:
        """Open a connection while requests is still being imported; do nothing once it is there.

        Raises:
            OSError, UnicodeError: what kept it from being opened.
        """
        if self._client is None and not _proxy_named():
            self.dialer.warm(origin, asked, deadline)

    def close(self) -> None:
        """Close the connections and let the threads end; jobs that have not begun are dropped."""
        with self._condition:
            self._closed = True
            self._later.clear()
            self._ready.clear()
            for lane in self._lanes.values():
                lane.jobs.clear()
            self._condition.notify_all()
            self._clock.notify_all()
        if self._client is not None:
            self._client.close()
        self.dialer.close()

    def _let_in(self, lane: _Lane) -> bool:
        """Give the lane one more thread, if it may have one."""
        if self._closed or lane.active >= lane.cap:
            return False
        lane.active += 1
        self._ready.append(lane)
        if self._idle >= len(self._ready):
            self._condition.notify()
        elif self._threads < self._most:
            self._threads += 1
            threading.Thread(target=self._work, name=f"smokegate {self._threads}", daemon=True).start()
        return True

    def _watch(self, lane: _Lane) -> None:
        ended = lane.ended
        self._schedule(PATIENCE, lambda: self._widen(lane, ended))

    def _widen(self, lane: _Lane, ended: int) -> None:
        with self._condition:
            if not lane.jobs:
                lane.watched = False
                return
            if lane.ended == ended:
                lane.cap = STUCK_LANE
                for _ in lane.jobs:
                    self._let_in(lane)
            self._watch(lane)

    def _next(self) -> _Lane | None:
        """Return the lane to work on: one that waits for a thread, else one with a long queue."""
        if self._closed:
            return None
        if self._ready:
            return self._ready.popleft()
        longest = max(self._lanes.values(), key=lambda lane: len(lane.jobs), default=None)
        if longest is None or longest.active >= LANE or len(longest.jobs) < WORTH_IT * longest.active:
            return None
        if not longest.jobs:
            return None
        longest.active += 1
        return longest

    def _work(self) -> None:
        while True:
            with self._condition:
                lane = self._next()
                while lane is None and not self._closed:
                    self._idle += 1
                    self._condition.wait()
                    self._idle -= 1
                    lane = self._next()
                if lane is None:
                    return
            self._drain(lane)

    def _drain(self, lane: _Lane) -> None:
        while True:
            with self._condition:
                if not lane.jobs:
                    lane.active -= 1
                    return
                _, _, job = heapq.heappop(lane.jobs)
            try:
                job()
            except Exception:  # noqa: BLE001 -- jobs tell their own failures; a thread must not be lost for one
                _log().exception("a job of the pool failed")
            with self._condition:
                lane.ended += 1

    def _schedule(self, seconds: float, job: Job) -> None:
        if self._closed:
            return
        heapq.heappush(self._later, (time.monotonic() + seconds, next(self._count), job))
        if self._timer is None:
            self._timer = threading.Thread(target=self._tick, name="smokegate timer", daemon=True)
            self._timer.start()
        else:
            self._clock.notify()

    def _tick(self) -> None:
        while True:
            with self._condition:
                if self._closed:
                    return
                left = self._later[0][0] - time.monotonic() if self._later else None
                if left is None or left > 0:
                    self._clock.wait(left)
                    continue
                _, _, job = heapq.heappop(self._later)
            job()


def _proxy_named() -> bool:
    """Tell whether the variables name a proxy; whether it is for this host is requests' to say."""
    return any(name.lower().endswith("_proxy") and name.lower() != "no_proxy" for name in os.environ)


def _log() -> logging.Logger:
    import logging  # noqa: PLC0415 -- start-up time: seldom needed

    return logging.getLogger("smokegate")
