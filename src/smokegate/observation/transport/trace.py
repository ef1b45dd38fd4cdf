"""What one request is allowed, and what it took."""

from __future__ import annotations

import threading
from collections.abc import Callable

from msgspec import Struct

from smokegate.observation.transport.connect import Connection, Origin, Route
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.lane_connection import LaneConnection
from smokegate.observation.transport.width import Width


class Trace(Struct):
    """What one request is allowed, and what it took; the connection classes fill it in."""

    dialer: Dialer
    route: Route
    """How the host is connected to; set anew for each redirect."""
    since: float
    deadline: float
    widths: Callable[[Origin], Width]
    """What is known of how many connections a server takes."""
    lane_connection: LaneConnection | None = None
    """The connection that its lane chose; None: any that is free."""
    public_only: bool = False
    """Whether only addresses on the internet may be connected to: after a redirect by a host that is there."""
    opened: Connection | None = None
    """The connection, if it was opened for this request."""
    used: Connection | None = None
    """The connection that carried the request."""
    sent_at: float | None = None
    headers_at: float | None = None
    proxied: bool = False
    """Whether it is sent through a proxy that the environment variables name."""
    tunnelled: bool = False
    """Whether that proxy has opened a way to the host."""


class Current(threading.local):
    """The request that a thread sends."""

    trace: Trace


current = Current()
