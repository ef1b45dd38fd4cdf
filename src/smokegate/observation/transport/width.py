"""How many connections one server is given at once, learnt from its answers.

A server that serves one connection at a time (stock `http.server`, a gunicorn sync worker) makes everyone else
wait while a connection of ours is open. So no more than two are opened first, each for a request that is sent at
once; only an answer on the second, while the first is open, proves that the server takes several. Where none
comes, the first is closed as soon as it carries no request, and from then on every connection after its answer.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

from smokegate.observation.transport.lane_connection import LaneConnection
from smokegate.observation.transport.place import Place, alive

#: As many connections per server as browsers open.
MOST = 6
#: How long a second connection may go without an answer, beside an open one, before the open one is closed: so
#: many times what the first connection took, but at least so many seconds.
TIMES, SHORTEST_TRIAL = 2.0, 0.1
#: A server from which nothing came for this long, or for twice its slowest answer, gets one more connection.
PATIENCE = 0.5


class Width:
    """The open connections to one server and how many there may be. Thread-safe.

    Args:
        most: how many there may ever be.
        queued: says how many requests wait for a connection.
        changed: called when more connections may be opened.
    """

    def __init__(self, most: int, queued: Callable[[], int], changed: Callable[[], None]) -> None:
        self.most = most
        self._queued = queued
        self._changed = changed
        self._lock = threading.RLock()
        self._open: list[Place] = []
        self._cap = 2
        self._extra = 0
        self._first: float | None = None
        self._slowest = 0.0
        self._quickest_opening = 0.0
        self._moved = time.monotonic()
        self._trial_ended: float | None = None
        self.proven = False
        """Whether the server has been seen to take several connections."""
        self.single = False
        """Whether it serves one connection at a time, as far as is known."""

    @property
    def allowed(self) -> int:
        """How many requests may be under way at once."""
        return min(self.most, self._cap + self._extra)

    @property
    def answered_once(self) -> bool:
        """Whether anything was ever answered."""
        return self._first is not None

    def carried(self, own: LaneConnection) -> set[str] | None:
        """Return what an open connection of a lane has carried, None where it is closed."""
        with self._lock:
            return next((set(place.carried) for place in self._open if place.own is own), None)

    @property
    def worth_waiting(self) -> bool:
        """Whether a connection that is in use is free again before another one would be open."""
        return self.proven and not self._extra and self._slowest < self._quickest_opening

    def opening(self, own: LaneConnection | None) -> Place:
        """Note that a connection is about to be opened, that of a lane or any."""
        with self._lock:
            if len(self._open) >= self.most:
                self.shut_idle()
            place = Place(time.monotonic(), own=own, carried={own.current} if own is not None else set())
            self._open.append(place)
            return place

    def opened(self, place: Place, sock: socket.socket, *, secure: bool) -> None:
        """Note that it is open; a finished TLS handshake is an answer."""
        with self._lock:
            place.connected, place.sock = time.monotonic(), sock
            took = place.connected - place.since
            self._quickest_opening = min(self._quickest_opening or took, took)
            proven = secure and self._learn(place)
        if proven:
            self._changed()

    def reuse(self, place: Place) -> bool:
        """Note that an open connection gets another request; False where it must not."""
        with self._lock:
            if place.spent:
                return False
            place.busy = True
            if place.own is not None:
                place.carried.add(place.own.current)
            return True

    def answered(self, place: Place, took: float) -> None:
        """Note that an answer began, so many seconds after its request was sent."""
        with self._lock:
            now = time.monotonic()
            if self._first is None:
                self._first = now - place.since
            if not place.answered and self._trial_ended is not None and now - self._trial_ended > self._trial:
                # The other connection has been closed for long: this answer was merely slow.
                self.single, self._trial_ended = False, None
            place.answered = True
            self._slowest = max(self._slowest, took)
            self._moved, self._extra = now, 0
            self._learn(place)
        self._changed()

    def rest(self, place: Place) -> bool:
        """Note that its answer was read to the end; return whether the connection is kept for another request."""
        with self._lock:
            place.busy = False
            if place.spent or self.single or (not self.proven and not self._queued()):
                return False
            if place.own is not None and place.own.alone:
                return False
            if not self.proven and self._cap == 1:
                self._cap = 2
            else:
                return True
        self._changed()
        return True

    def leave(self, place: Place) -> None:
        """Note that a connection is closed."""
        with self._lock, contextlib.suppress(ValueError):
            self._open.remove(place)

    def check(self) -> None:
        """Check whether anything waits without success; called several times a second while requests are under way."""
        now = time.monotonic()
        with self._lock:
            waiting = [p for p in self._open if p.busy and not p.answered and now - p.since > self._trial]
            if waiting and not self.proven and any(p.answered for p in self._open):
                self.single, self._cap, self._trial_ended = True, 1, now
            if waiting:
                self.shut_idle()
            if not self._queued() or now - self._moved < max(PATIENCE, 2 * self._slowest):
                return
            if not self.answered_once:
                return  # it may be waking up, or hang: more requests would only pile up
            self._moved = now
            self._extra += 1
        self._changed()

    def shut_idle(self) -> None:
        """Hang up on the connections that carry no request; their owners find them closed."""
        with self._lock:
            for place in list(self._open):
                if not place.busy and place.sock is not None:
                    place.spent = True
                    self._open.remove(place)
                    with contextlib.suppress(OSError):
                        place.sock.shutdown(socket.SHUT_RDWR)

    @property
    def _trial(self) -> float:
        return max(SHORTEST_TRIAL, TIMES * (self._first or 0.0))

    def _learn(self, place: Place) -> bool:
        """Widen if another connection is still open: who serves one at a time would not have come to this one.

        The other one is older, or both have been answered.
        """
        older = [
            p
            for p in self._open
            if p is not place
            and p.connected is not None
            and (p.connected < place.since or (p.answered and place.answered))
            and alive(p)
        ]
        if not older:
            return False
        if any(p.answered for p in older):
            self.proven, self.single, self._cap = True, False, self.most
        else:
            self._cap = min(self.most, self._cap + 1)
        return True
