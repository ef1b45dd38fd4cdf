"""Learns from its responses how many concurrent connections a server takes.

A server that handles one connection at a time (stock `http.server`, a gunicorn sync worker) blocks all other clients
while one of our connections is open. So at most two are opened at first, each with a request ready to send; only a
response on the second, while the first is open, proves that the server takes several. Without one, the first is closed
as soon as it is idle, and from then on every connection after its response.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

from smokegate.observation.transport.slot import LaneConnection, Slot, alive

#: Connections per server, as in browsers.
MAX_CONNECTIONS = 6
#: How long a second connection may wait for a response before the first is closed: a multiple of the first response
#: time, and a minimum in seconds.
TRIAL_FACTOR, MIN_TRIAL = 2.0, 0.1
#: Seconds without a response, or twice the slowest response time, after which one more connection is opened.
PATIENCE = 0.5


class Width:
    """The open connections to one server and their limit, `most` at most. Thread-safe.

    `queued` returns the number of queued requests; `changed` is called when the limit was raised.
    """

    def __init__(self, most: int, queued: Callable[[], int], changed: Callable[[], None]) -> None:
        self.most = most
        self._queued = queued
        self._changed = changed
        self._lock = threading.RLock()
        self._open: list[Slot] = []
        self._cap = 2
        self._extra = 0
        self._first: float | None = None
        self._slowest = 0.0
        self._fastest_connect = 0.0
        self._last_progress = time.monotonic()
        self._trial_ended: float | None = None
        self.proven = False
        """Whether the server is known to handle several connections."""
        self.single = False
        """Whether the server seems to handle one connection at a time."""
        self._reusable = True
        self._keeps_alive = False

    @property
    def allowed(self) -> int:
        """Maximum concurrent requests."""
        return min(self.most, self._cap + self._extra)

    @property
    def answered_once(self) -> bool:
        """Whether there was any response."""
        return self._first is not None

    def carried(self, connection: LaneConnection) -> set[str] | None:
        """Return the exchanges that a lane's connection has carried, None if it is closed."""
        with self._lock:
            return next((set(slot.carried) for slot in self._open if slot.lane_connection is connection), None)

    @property
    def worth_waiting(self) -> bool:
        """Whether waiting for a busy connection is faster than opening another."""
        return self.proven and not self._extra and self._slowest < self._fastest_connect

    def opening(self, connection: LaneConnection | None) -> Slot:
        """Record that a connection is about to be opened."""
        with self._lock:
            if len(self._open) >= self.most:
                self.close_idle()
            carried = {connection.current} if connection is not None else set()
            slot = Slot(time.monotonic(), lane_connection=connection, carried=carried)
            self._open.append(slot)
            return slot

    def opened(self, slot: Slot, sock: socket.socket, *, secure: bool) -> None:
        """Record that it is open; a finished TLS handshake counts as a response."""
        with self._lock:
            slot.connected, slot.sock = time.monotonic(), sock
            took = slot.connected - slot.since
            self._fastest_connect = min(self._fastest_connect or took, took)
            proven = secure and self._learn(slot)
        if proven:
            self._changed()

    def reuse(self, slot: Slot, *, repeatable: bool) -> bool:
        """Record another request on an open connection; False if it must not be reused.

        A request that is not repeatable is not sent on a connection that may be closing: the server must have answered
        twice on one of its connections before.
        """
        with self._lock:
            if slot.spent or not self._reusable or not (repeatable or self._keeps_alive):
                return False
            slot.busy = True
            if slot.lane_connection is not None:
                slot.carried.add(slot.lane_connection.current)
            return True

    def answered(self, slot: Slot, took: float) -> None:
        """Record that a response arrived, `took` seconds after its request."""
        with self._lock:
            now = time.monotonic()
            if self._first is None:
                self._first = now - slot.since
            if not slot.answered and self._trial_ended is not None and now - self._trial_ended > self._trial:
                # The other connection was closed long ago: this response was merely slow.
                self.single, self._trial_ended = False, None
            self._keeps_alive |= slot.answered
            slot.answered = True
            self._slowest = max(self._slowest, took)
            self._last_progress, self._extra = now, 0
            self._learn(slot)
        self._changed()

    def release(self, slot: Slot) -> bool:
        """Record that a response was read to its end; return whether the connection may be reused."""
        with self._lock:
            slot.busy = False
            if slot.spent or self.single or not self._reusable or (not self.proven and not self._queued()):
                return False
            if slot.lane_connection is not None and slot.lane_connection.alone:
                return False
            if not self.proven and self._cap == 1:
                self._cap = 2
            else:
                return True
        self._changed()
        return True

    def closes_unannounced(self) -> None:
        """Record that the server closed a connection that it had not said it would close: none is reused any more."""
        with self._lock:
            self._reusable = False

    def remove(self, slot: Slot) -> None:
        """Record that a connection was closed."""
        with self._lock, contextlib.suppress(ValueError):
            self._open.remove(slot)

    def check(self) -> None:
        """Adjust the limit if requests are stuck; called several times a second while any are in flight."""
        now = time.monotonic()
        with self._lock:
            waiting = [p for p in self._open if p.busy and not p.answered and now - p.since > self._trial]
            if waiting and not self.proven and any(p.answered for p in self._open):
                self.single, self._cap, self._trial_ended = True, 1, now
            if waiting:
                self.close_idle()
            if not self._queued() or now - self._last_progress < max(PATIENCE, 2 * self._slowest):
                return
            if not self.answered_once:
                return  # it may be starting or hanging: more requests would only pile up
            self._last_progress = now
            self._extra += 1
        self._changed()

    def close_idle(self) -> None:
        """Shut down the idle connections; their owners find them closed."""
        with self._lock:
            for slot in list(self._open):
                if not slot.busy and slot.sock is not None:
                    slot.spent = True
                    self._open.remove(slot)
                    with contextlib.suppress(OSError):
                        slot.sock.shutdown(socket.SHUT_RDWR)

    @property
    def _trial(self) -> float:
        return max(MIN_TRIAL, TRIAL_FACTOR * (self._first or 0.0))

    def _learn(self, slot: Slot) -> bool:
        """Raise the limit if another connection is open: a server that handles one at a time would not have got here.

        The other one must be older, or both have a response.
        """
        older = [
            p
            for p in self._open
            if p is not slot
            and p.connected is not None
            and (p.connected < slot.since or (p.answered and slot.answered))
            and alive(p)
        ]
        if not older:
            return False
        if any(p.answered for p in older):
            self.proven, self.single, self._cap = True, False, self.most
        else:
            self._cap = min(self.most, self._cap + 1)
        return True
