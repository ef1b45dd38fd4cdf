"""One connection as its server sees it."""

from __future__ import annotations

import selectors
import socket
import sys

from msgspec import Struct, field

from smokegate.observation.transport.lane_connection import LaneConnection

#: Linux's `TCP_ESTABLISHED` (include/net/tcp_states.h): neither side has ended the connection.
ESTABLISHED = 1


class Slot(Struct, eq=False):
    """One connection as its server sees it."""

    since: float
    """When connecting began."""
    connected: float | None = None
    sock: socket.socket | None = None
    busy: bool = True
    """Whether a request of ours is on it."""
    answered: bool = False
    spent: bool = False
    """Whether it was shut down and must not be used again."""
    lane_connection: LaneConnection | None = None
    """Whose it is, where a lane chooses what goes on it."""
    carried: set[str] = field(default_factory=set)
    """The names of the exchanges that were sent on it, where a lane chose them."""


def alive(slot: Slot) -> bool:
    """Return whether the server holds a connection open: it has not hung up."""
    if slot.spent or slot.sock is None:
        return slot.busy
    try:
        if sys.platform == "linux":
            return slot.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == ESTABLISHED
        if slot.busy:
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(slot.sock, selectors.EVENT_READ)
            return not selector.select(0)
    except (OSError, ValueError):  # closed at this very moment
        return False
