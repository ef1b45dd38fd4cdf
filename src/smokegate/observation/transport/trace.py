"""One attempt of an exchange: its limits, outcome and times."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from msgspec import Struct, field

from smokegate.observation.exchange import Certificate
from smokegate.observation.plan.step import RawResponse
from smokegate.observation.transport.body import BodyReader
from smokegate.observation.transport.connect import DIRECT, Route
from smokegate.observation.transport.slot import LaneConnection

if TYPE_CHECKING:
    from smokegate.observation.transport.pool import Pool


class Trace(Struct):
    """One attempt, filled in by `fetch` and the connection classes, so that a failure shows how far it got.

    Times are of the monotonic clock.
    """

    pool: Pool
    deadline: float
    """Covers everything, name lookup and redirects included."""
    since: float
    """When the request was dequeued."""
    started: float
    lane_connection: LaneConnection | None = None
    """The connection chosen by its lane; None: any free one."""
    route: Route = DIRECT
    """Connection settings of the host; replaced on each redirect."""
    public_only: bool = False
    """Whether only public addresses are allowed, as after a redirect from a public host."""
    raw: RawResponse | None = None
    error: BaseException | None = None
    ended: float = 0.0
    phases: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Phase → start and duration."""
    address: str | None = None
    certificate: Certificate | None = None
    redirected: str = ""
    """The URL that redirects led to."""
    repeatable: bool = True
    """Whether the request may be sent once more."""
    kept_alive: bool = False
    """Whether the request was sent on a connection that has carried a response."""
    resent: bool = False
    """Whether a request was sent twice, because its kept-alive connection had been closed."""
    sent_at: float | None = None
    headers_at: float | None = None
    proxied: bool = False
    """Whether it goes through a proxy from the environment variables."""
    tunnelled: bool = False
    """Whether the proxy has opened a tunnel to the host."""
    body: BodyReader = field(default_factory=BodyReader)
    """To be released once the body is recorded: a large one takes megabytes."""


class Current(threading.local):
    """The trace of the request that a thread is sending."""

    trace: Trace


current = Current()
