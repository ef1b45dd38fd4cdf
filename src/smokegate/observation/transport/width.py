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
from smokegate.observation.transport.slot import Slot, alive

#: As many connections per server as browsers open.
MAX_CONNECTIONS = 6
#: How long a second connection may go without an answer, beside an open one, before the open one is closed: so
#: many times what the first connection took, but at least so many seconds.
TRIAL_FACTOR, MIN_TRIAL = 2.0, 0.1
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
        self._open: list[Slot] = []
        self._cap = 2
        self._extra = 0
        self._first: float | None = None
        self._slowest = 0.0
        self._fastest_connect = 0.0
        self._last_progress = time.monotonic()
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

    def carried(self, lane_connection: LaneConnection) -> set[str] | None:
        """Return what an open connection of a lane has carried, None where it is closed."""
        with self._lock:
            return next((set(slot.carried) for slot in self._open if slot.lane_connection is lane_connection), None)

    @property
    def worth_waiting(self) -> bool:
        """Whether a connection that is in use is free again before another one would be open."""
        return self.proven and not self._extra and self._slowest < self._fastest_connect

    def opening(self, lane_connection: LaneConnection | None) -> Slot:
        """Note that a connection is about to be opened, that of a lane or any."""
        with self._lock:
            if len(self._open) >= self.most:
                self.close_idle()
            slot = Slot(
                time.monotonic(),
                lane_connection=lane_connection,
                carried={lane_connection.current} if lane_connection is not None else set(),
            )
            self._open.append(slot)
            return slot

    def opened(self, slot: Slot, sock: socket.socket, *, secure: bool) -> None:
        """Note that it is open; a finished TLS handshake is an answer."""
        with self._lock:
            slot.connected, slot.sock = time.monotonic(), sock
            took = slot.connected - slot.since
            self._fastest_connect = min(self._fastest_connect or took, took)
            proven = secure and self._learn(slot)
        if proven:
            self._changed()

    def reuse(self, slot: Slot) -> bool:
        """Note that an open connection gets another request; False where it must not."""
        with self._lock:
            if slot.spent:
                return False
            slot.busy = True
            if slot.lane_connection is not None:
                slot.carried.add(slot.lane_connection.current)
            return True

    def answered(self, slot: Slot, took: float) -> None:
        """Note that an answer began, so many seconds after its request was sent."""
        with self._lock:
            now = time.monotonic()
            if self._first is None:
                self._first = now - slot.since
            if not slot.answered and self._trial_ended is not None and now - self._trial_ended > self._trial:
                # The other connection has been closed for long: this answer was merely slow.
                self.single, self._trial_ended = False, None
            slot.answered = True
            self._slowest = max(self._slowest, took)
            self._last_progress, self._extra = now, 0
            self._learn(slot)
        self._changed()

    def release(self, slot: Slot) -> bool:
        """Note that its answer was read to the end; return whether the connection is kept for another request."""
        with self._lock:
            slot.busy = False
            if slot.spent or self.single or (not self.proven and not self._queued()):
                return False
            if slot.lane_connection is not None and slot.lane_connection.alone:
                return False
            if not self.proven and self._cap == 1:
                self._cap = 2
            else:
                return True
        self._changed()
        return True

    def remove(self, slot: Slot) -> None:
        """Note that a connection is closed."""
        with self._lock, contextlib.suppress(ValueError):
            self._open.remove(slot)

    def check(self) -> None:
        """Check whether anything waits without success; called several times a second while requests are under way."""
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
                return  # it may be waking up, or hang: more requests would only pile up
            self._last_progress = now
            self._extra += 1
        self._changed()

    def close_idle(self) -> None:
        """Hang up on the connections that carry no request; their owners find them closed."""
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
        """Widen if another connection is still open: who serves one at a time would not have come to this one.

        The other one is older, or both have been answered.
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
