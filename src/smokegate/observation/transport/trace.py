"""Limits and timings of one request."""

from __future__ import annotations

import threading
from collections.abc import Callable

from msgspec import Struct

from smokegate.observation.transport.connect import Connection, Origin, Route
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.slot import LaneConnection
from smokegate.observation.transport.width import Width


class Trace(Struct):
    """Limits and timings of one request; the connection classes fill it in."""

    dialer: Dialer
    route: Route
    """Connection settings of the host; replaced on each redirect."""
    since: float
    deadline: float
    widths: Callable[[Origin], Width]
    """Returns the connection limit of an origin."""
    lane_connection: LaneConnection | None = None
    """The connection chosen by its lane; None: any free one."""
    public_only: bool = False
    """Whether only public addresses are allowed, as after a redirect from a public host."""
    opened: Connection | None = None
    """The connection, if this request opened it."""
    used: Connection | None = None
    """The connection that carried the request."""
    sent_at: float | None = None
    headers_at: float | None = None
    proxied: bool = False
    """Whether it goes through a proxy from the environment variables."""
    tunnelled: bool = False
    """Whether the proxy has opened a tunnel to the host."""


class Current(threading.local):
    """The trace of the request that a thread is sending."""

    trace: Trace


current = Current()
