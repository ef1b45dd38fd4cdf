"""One connection, as the lane that assigns requests to it and the limit of its server see it."""

from __future__ import annotations

import selectors
import socket
import sys
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from urllib3 import PoolManager

    from smokegate.observation.transport.connect import Route


class LaneConnection:
    """One connection at a time, opened by its first request; if `alone`, closed after it."""

    def __init__(self, *, alone: bool = False) -> None:
        self.alone = alone
        self.current = ""
        """The name of its current or last exchange."""
        self.managers: dict[tuple[Route, str | None], PoolManager] = {}

    def close(self) -> None:
        """Close it; the next request reopens it."""
        for each in self.managers.values():
            each.clear()
        self.managers.clear()


#: `TCP_ESTABLISHED` of Linux (include/net/tcp_states.h): neither side has closed.
ESTABLISHED = 1


class Slot(Struct, eq=False):
    """One connection to a server, from opening to closing."""

    since: float
    """When connecting started."""
    connected: float | None = None
    sock: socket.socket | None = None
    busy: bool = True
    """Whether it carries a request."""
    answered: bool = False
    spent: bool = False
    """Whether it was shut down and must not be reused."""
    lane_connection: LaneConnection | None = None
    """The lane's connection, if a lane assigns its requests."""
    carried: set[str] = field(default_factory=set)
    """Names of the exchanges sent on it, if a lane assigned them."""


def alive(slot: Slot) -> bool:
    """Return whether the server has not closed the connection."""
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
    except (OSError, ValueError):  # closed concurrently
        return False
