"""Shared by all environments of a session: threads, connections, a timer, TLS contexts and a resolver."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from smokegate.observation.transport.connect import Origin
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.lanes import Lane, LaneRequest
from smokegate.observation.transport.lookup import Resolver
from smokegate.observation.transport.tls import Contexts
from smokegate.observation.transport.width import MAX_CONNECTIONS, Width
from smokegate.observation.transport.workers import Job, Timer, Workers, limit_memory_arenas

if TYPE_CHECKING:
    from smokegate.observation.transport.http import Client

THREADS = 112
#: Number of environments from which threads share one memory arena.
MANY = 16
#: Seconds between two progress checks of a server.
CHECK = 0.05
#: Seconds after the last request until a server's idle connections are closed.
LINGER = 1.0


class Pool:
    """Up to 112 daemon threads and a few connections per server, each opened only when a request is ready for it.

    Several environments share the threads. Jobs must not wait for one another. Thread-safe.
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
        """Run a job that opens its own connections; a smaller priority goes first.

        The lane is the `Origin` of the job's requests; any other key is a lane of six concurrent jobs.
        """
        self.send(lane, LaneRequest(lambda _: job(), priority, alone=True))

    def send(self, lane: Hashable, request: LaneRequest) -> None:
        """Queue a request, to be sent on a connection that its lane chooses."""
        with self._workers.lock:
            found = self._lane(lane)
            found.put(request)
            self._dispatch(found)

    def width(self, origin: Origin) -> Width:
        """Return the connection limit of a server, as learnt so far."""
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

                    self._client = Client(self.dialer.contexts)
        return self._client

    def prepare(self, origins: Iterable[Origin]) -> None:
        """Load the CA certificates while urllib3 is being imported."""
        for trusted in {origin.route[:2] for origin in origins if origin.scheme == "https"}:
            self.submit(("authorities", trusted), partial(self.dialer.contexts.get, *trusted))

    def close_idle(self) -> None:
        """Close the idle connections; the learnt connection limits stay."""
        with self._workers.lock:
            for lane in self._lanes.values():
                lane.close_idle()

    def close(self) -> None:
        """Close the connections and stop the threads; queued jobs are dropped."""
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
        """Check a lane until it is idle; then close its connections after a delay."""
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
