"""The requests that wait for one server, the connections to it, and which request goes on which of them."""

from __future__ import annotations

import itertools
from bisect import insort
from collections.abc import Callable, Collection
from typing import NamedTuple

from smokegate.observation.transport.lane_connection import LaneConnection
from smokegate.observation.transport.width import Width

#: As many samples are under way at once where the server takes several connections, so that two of six are left for
#: what others wait for; where that is not known, one.
SAMPLES = 4

_count = itertools.count()


class LaneRequest(NamedTuple):
    """What is to be sent, and on which connection it may go."""

    run: Callable[[LaneConnection], object]
    separate_from: Collection[str] = frozenset()
    """The exchanges with which it may not share a connection: a balancer would send both to one instance."""
    alone: bool = False
    """Whether its connection carries nothing else."""
    sample: bool = False
    followed: bool = False
    """Whether a request follows on it that may not share its connection."""


class QueuedRequest(NamedTuple):
    """A request in its lane; the smallest is the most urgent one."""

    priority: int
    number: int
    request: LaneRequest


class Lane:
    """The requests for one server and the connections to it. Guarded by its pool's lock.

    Args:
        most: how many requests may ever be under way at once.
        changed: called when more may be under way than before.
        measured: whether the jobs share a server whose width must be learnt; else `most` hold from the start.
    """

    def __init__(self, most: int, changed: Callable[[Lane], None], *, measured: bool) -> None:
        self._most = most
        self._waiting: list[QueuedRequest] = []
        self._idle: list[LaneConnection] = []
        self._busy: dict[LaneConnection, QueuedRequest] = {}
        self.width = Width(most, lambda: self.waiting, lambda: changed(self)) if measured else None
        self.watched = False

    @property
    def waiting(self) -> int:
        """How many requests have not begun."""
        return len(self._waiting)

    @property
    def active(self) -> int:
        """How many requests are under way."""
        return len(self._busy)

    def put(self, request: LaneRequest, priority: int) -> None:
        """Add a request, the smallest priority first."""
        insort(self._waiting, QueuedRequest(priority, next(_count), request))

    def take(self) -> tuple[LaneRequest, LaneConnection] | None:
        """Return the most urgent request that may begin, and the connection for it; None where none may."""
        if self.active >= self._allowed:
            return None
        self._drop_closed()
        for place, waiting in enumerate(self._waiting):
            connection = self._connection_for(waiting, place)
            if connection is not None:
                del self._waiting[place]
                self._busy[connection] = waiting
                return waiting.request, connection
        return None

    def done(self, connection: LaneConnection) -> None:
        """Take a connection back whose request is done."""
        del self._busy[connection]
        if self.width is not None and self.width.carried(connection) is not None:
            self._idle.append(connection)
        else:
            connection.close()

    def close_idle(self) -> None:
        """Close the connections that carry no request."""
        while self._idle:
            self._idle.pop().close()
        if self.width is not None:
            self.width.close_idle()

    def clear(self) -> None:
        """Drop what has not begun, and close what is idle."""
        self._waiting.clear()
        self.close_idle()

    @property
    def _allowed(self) -> int:
        return self._most if self.width is None else self.width.allowed

    def _connection_for(self, waiting: QueuedRequest, place: int) -> LaneConnection | None:
        """Return an idle connection on which a request may go, or a new one; None where it has to wait."""
        request, width = waiting.request, self.width
        if width is None:
            return LaneConnection(alone=True)
        if request.sample and not width.proven and not all(each.request.sample for each in self._waiting):
            return None
        if not request.alone and len(self._idle) > self._reserved(waiting):
            for index in reversed(range(len(self._idle))):
                if self._may_share(request, self._idle[index]):
                    return self._idle.pop(index)
        if self._must_wait(request, place):
            return None
        if self.active + len(self._idle) >= self._allowed:
            if len(self._idle) <= self._reserved(waiting):
                return None
            self._idle.pop(0).close()
        return LaneConnection(alone=request.alone)

    def _reserved(self, waiting: QueuedRequest) -> int:
        """Return how many idle connections are kept free: one for what follows on a more urgent request."""
        assert self.width is not None
        follow_ups = (each.request.followed and each.priority < waiting.priority for each in self._busy.values())
        return int(self.width.proven and any(follow_ups))

    def _must_wait(self, request: LaneRequest, place: int) -> bool:
        """Return whether no connection is opened for a request yet, `place` others being more urgent."""
        assert self.width is not None
        if request.sample:
            under_way = sum(each.request.sample for each in self._busy.values())
            if under_way >= (SAMPLES if self.width.proven else 1):
                return True
        if request.alone or not self.width.worth_waiting:
            return False
        ahead = self._waiting[:place]
        if self.active + len(self._idle) >= self._allowed:  # another connection would be closed for it
            ahead = [each for each in ahead if each.request.separate_from == request.separate_from]
        return len(ahead) < sum(not each.alone and self._may_share(request, each) for each in self._busy)

    def _drop_closed(self) -> None:
        """Forget the connections that were closed while they were idle."""
        if self.width is not None:
            for each in [each for each in self._idle if self.width.carried(each) is None]:
                self._idle.remove(each)
                each.close()

    def _may_share(self, request: LaneRequest, connection: LaneConnection) -> bool:
        """Return whether a connection has carried nothing that a request may not share one with."""
        assert self.width is not None
        carried = self.width.carried(connection) or {connection.current}  # about to be opened
        return carried.isdisjoint(request.separate_from)
