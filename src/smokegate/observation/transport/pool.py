"""What all environments of a session share: threads, connections, a timer, one TLS context, one resolver."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from smokegate.observation.transport.connect import Origin
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.lanes import Lane, LaneRequest
from smokegate.observation.transport.lookup import Resolver
from smokegate.observation.transport.timer import Job, Timer
from smokegate.observation.transport.tls import Contexts
from smokegate.observation.transport.width import MAX_CONNECTIONS, Width
from smokegate.observation.transport.workers import Workers, limit_memory_arenas

if TYPE_CHECKING:
    from smokegate.observation.transport.http import Client

THREADS = 112
#: From so many environments on, memory is allocated for all threads together.
MANY = 16
#: Seconds between two checks whether the requests to a server make progress.
CHECK = 0.05
#: Seconds after the last request to a server before the connections to it are closed.
LINGER = 1.0


class Pool:
    """At most 112 daemon threads and few connections per server, each opened for a request that is sent at once.

    Jobs must not wait for one another. Thread-safe.

    Args:
        environments: how many environments will share it, so that each gets its share of the threads.
        threads: how many threads there may be.
    """

    def __init__(self, environments: int = 1, threads: int = THREADS) -> None:
        if environments >= MANY:
            limit_memory_arenas()
        self.dialer = Dialer(Resolver(), Contexts())
        self._share = max(1, min(MAX_CONNECTIONS, threads // max(1, environments)))
        self._workers = Workers(threads)
        self._timer = Timer()
        self.later = self._timer.later
        self._lanes: dict[Hashable, Lane] = {}
        self._client: Client | None = None
        self._importing = threading.Lock()

    def submit(self, lane: Hashable, job: Job, priority: int = 5) -> None:
        """Have a job done on a lane that chooses its connections itself, the smallest priority first.

        Args:
            lane: where the job's requests go, an `Origin`; anything else is a lane of six at once.
            job: what is done.
            priority: smaller goes first.
        """
        self.send(lane, LaneRequest(lambda _: job(), alone=True), priority)

    def send(self, lane: Hashable, request: LaneRequest, priority: int = 5) -> None:
        """Have a request sent on a connection that its lane chooses, the smallest priority first."""
        with self._workers.lock:
            found = self._lane(lane)
            found.put(request, priority)
            self._dispatch(found)

    def width(self, origin: Origin) -> Width:
        """Return what is known of how many connections a server takes."""
        with self._workers.lock:
            width = self._lane(origin).width
        assert width is not None
        return width

    def client(self) -> Client:
        """Return the HTTP client; the first call imports urllib3."""
        if self._client is None:
            with self._importing:
                if self._client is None:
                    from smokegate.observation.transport.http import Client  # noqa: PLC0415 -- imported late

                    self._client = Client(self.dialer, self.width)
        return self._client

    def prepare(self, origins: Iterable[Origin]) -> None:
        """Load the certificate authorities, while urllib3 is being imported."""
        for trusted in {origin.route[:2] for origin in origins if origin.scheme == "https"}:
            self.submit(("authorities", trusted), partial(self.dialer.contexts.get, *trusted))

    def close_idle(self) -> None:
        """Close the idle connections; what was learnt of the servers stays."""
        with self._workers.lock:
            for lane in self._lanes.values():
                lane.close_idle()

    def close(self) -> None:
        """Close the connections and let the threads end; jobs that have not begun are dropped."""
        self._workers.close()
        self._timer.close()
        with self._workers.lock:
            for lane in self._lanes.values():
                lane.clear()
        if self._client is not None:
            self._client.close()

    def _lane(self, key: Hashable) -> Lane:
        if key not in self._lanes:
            self._lanes[key] = Lane(self._share, self._workers.dispatch, measured=isinstance(key, Origin))
        return self._lanes[key]

    def _dispatch(self, lane: Lane) -> None:
        self._workers.dispatch(lane)
        if lane.width is not None and not lane.watched:
            lane.watched = True
            self.later(CHECK, partial(self._check, lane))

    def _check(self, lane: Lane) -> None:
        """Look after a lane until nothing is under way; then close what lingers open."""
        assert lane.width is not None
        with self._workers.lock:
            lane.watched = bool(lane.active or lane.waiting)
        if lane.watched:
            lane.width.check()
            self.later(CHECK, partial(self._check, lane))
        else:
            self.later(LINGER, partial(self._close_idle, lane))

    def _close_idle(self, lane: Lane) -> None:
        with self._workers.lock:
            if not lane.watched:
                lane.close_idle()
