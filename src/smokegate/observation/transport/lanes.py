"""The request queue of one server, its connections, and the assignment of requests to connections."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection
from typing import NamedTuple

from smokegate.observation.transport.slot import LaneConnection
from smokegate.observation.transport.width import Width

#: Maximum concurrent samples if the server takes several connections, leaving two of six for requests that others
#: depend on; otherwise one.
SAMPLES = 4


class LaneRequest(NamedTuple):
    """A queued request, and which connections it may use."""

    run: Callable[[LaneConnection], object]
    priority: int = 5
    """Smaller goes first."""
    separate_from: Collection[str] = frozenset()
    """Exchanges that it must not share a connection with: a load balancer would send both to one instance."""
    alone: bool = False
    """Whether its connection must carry no other request."""
    sample: bool = False
    followed: bool = False
    """Whether another request follows that must not share its connection."""


class Lane:
    """The request queue of one server and its connections. Guarded by the pool's lock.

    If `measured`, it learns how many connections the server takes, and calls `changed` when there may be more; else
    `most` requests are sent at a time.
    """

    def __init__(self, most: int, changed: Callable[[Lane], None], *, measured: bool) -> None:
        self._most = most
        self._waiting: list[LaneRequest] = []
        self._idle: list[LaneConnection] = []
        self._busy: dict[LaneConnection, LaneRequest] = {}
        self.width = Width(most, lambda: self.waiting, lambda: changed(self)) if measured else None
        self.watched = False

    @property
    def waiting(self) -> int:
        """Number of queued requests."""
        return len(self._waiting)

    @property
    def active(self) -> int:
        """Number of requests in flight."""
        return len(self._busy)

    def put(self, request: LaneRequest) -> None:
        """Queue a request, after those of the same priority."""
        insort(self._waiting, request, key=lambda each: each.priority)

    def take(self) -> tuple[LaneRequest, LaneConnection] | None:
        """Dequeue the most urgent request that may start and its connection; None if there is none."""
        if self.active >= self._allowed:
            return None
        self._drop_closed()
        for place, request in enumerate(self._waiting):
            connection = self._connection_for(request, place)
            if connection is not None:
                del self._waiting[place]
                self._busy[connection] = request
                return request, connection
        return None

    def done(self, connection: LaneConnection) -> None:
        """Return a connection whose request is done."""
        del self._busy[connection]
        if self.width is not None and self.width.carried(connection) is not None:
            self._idle.append(connection)
        else:
            connection.close()

    def close_idle(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop().close()
        if self.width is not None:
            self.width.close_idle()

    def clear(self) -> None:
        """Drop queued requests and close idle connections."""
        self._waiting.clear()
        self.close_idle()

    @property
    def _allowed(self) -> int:
        return self._most if self.width is None else self.width.allowed

    def _connection_for(self, request: LaneRequest, place: int) -> LaneConnection | None:
        """Return an idle connection that a request may use, or a new one; None if it must wait."""
        width = self.width
        if width is None:
            return LaneConnection(alone=True)
        if request.sample and not width.proven and not all(each.sample for each in self._waiting):
            return None
        if not request.alone and len(self._idle) > self._reserved(request):
            for index in reversed(range(len(self._idle))):
                if self._may_share(request, self._idle[index]):
                    return self._idle.pop(index)
        if self._must_wait(request, place):
            return None
        if self.active + len(self._idle) >= self._allowed:
            if len(self._idle) <= self._reserved(request):
                return None
            self._idle.pop(0).close()
        return LaneConnection(alone=request.alone)

    def _reserved(self, request: LaneRequest) -> int:
        """Return how many idle connections are reserved: one if a more urgent request has a follow-up."""
        assert self.width is not None
        follow_ups = (each.followed and each.priority < request.priority for each in self._busy.values())
        return int(self.width.proven and any(follow_ups))

    def _must_wait(self, request: LaneRequest, place: int) -> bool:
        """Return whether a request must wait for a connection; `place` queued requests are more urgent."""
        assert self.width is not None
        if request.sample:
            under_way = sum(each.sample for each in self._busy.values())
            if under_way >= (SAMPLES if self.width.proven else 1):
                return True
        if request.alone or not self.width.worth_waiting:
            return False
        ahead = self._waiting[:place]
        if self.active + len(self._idle) >= self._allowed:  # it would evict another connection
            ahead = [each for each in ahead if each.separate_from == request.separate_from]
        return len(ahead) < sum(not each.alone and self._may_share(request, each) for each in self._busy)

    def _drop_closed(self) -> None:
        """Forget idle connections that were closed."""
        if self.width is not None:
            for each in [each for each in self._idle if self.width.carried(each) is None]:
                self._idle.remove(each)
                each.close()

    def _may_share(self, request: LaneRequest, connection: LaneConnection) -> bool:
        """Return whether a request may use a connection, given what it has carried."""
        assert self.width is not None
        carried = self.width.carried(connection) or {connection.current}  # not open yet
        return carried.isdisjoint(request.separate_from)
