"""urllib3 connections that record the duration of each phase and enforce one deadline per exchange.

Imported late.
"""

from __future__ import annotations

import http.client
import ssl
import time
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from smokegate.observation.transport.connect import Connection, Origin, describe
from smokegate.observation.transport.limits import MAX_INTERIM, MAX_WIRE
from smokegate.observation.transport.slot import Slot
from smokegate.observation.transport.tls import Socket
from smokegate.observation.transport.trace import Trace, current
from smokegate.observation.transport.width import Width

#: Seconds a connection may idle: servers close keep-alive connections (uvicorn after 5 s, nginx after 75 s), and a
#: request sent at that moment gets no response.
IDLE = 2.0


class Response(http.client.HTTPResponse):
    """A response after interim ones (102, 103), which http.client takes for the final one."""

    def _read_status(self) -> tuple[str, int, str]:
        begins = self.fp.peek(5)  # blocks for the first bytes; another protocol may never end its line
        if begins and not begins.startswith(b"HTTP/"[: len(begins)]) and b"\n" not in begins:
            settings = begins[3:4] == b"\4" and not any(begins[5:9])
            raise http.client.BadStatusLine("HTTP/2 (a SETTINGS frame)" if settings else repr(begins[:30]))
        for _ in range(MAX_INTERIM):
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not 100 <= found[1] < 200 or found[1] == 101:
                return found
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException(f"got more than {MAX_INTERIM} interim answers")


class _Traced:
    """Extends both urllib3 connection classes."""

    sock: Any
    is_verified: bool
    _opened: Connection | None = None
    _idle_since: float = 0.0
    _width: Width | None = None
    _slot: Slot | None = None
    _failed: bool = False
    """Whether the last response was a server error."""
    _release_pending: bool = False

    def _new_conn(self: Any) -> Socket:
        trace = current.trace
        sock = trace.pool.dialer.tcp(self._dns_host, self.port, trace.deadline, {})
        sock.deadline = trace.deadline
        sock.settimeout(sock.left())
        return sock

    def connect(self: Any) -> None:
        trace = current.trace
        scheme = "https" if isinstance(self, HTTPSConnection) else "http"
        origin = Origin(scheme, self._dns_host, self.port, trace.route.over(scheme))
        width = trace.pool.width(origin)
        slot = width.opening(trace.lane_connection)
        try:
            self._opened = self._dial(origin, trace)
        except BaseException:
            width.remove(slot)
            raise
        trace.phases.update(self._opened.phases)
        self._width, self._slot = width, slot
        self._idle_since = time.monotonic()
        width.opened(slot, self.sock, secure=scheme == "https")

    def _tunnel(self: Any) -> None:
        super()._tunnel()  # type: ignore[misc]
        current.trace.tunnelled = True

    def _dial(self: Any, origin: Origin, trace: Trace) -> Connection:
        if self.proxy is not None:
            began = time.monotonic()
            super().connect()  # type: ignore[misc]
            phases = {"connect": (began, time.monotonic() - began)}
            return describe(self.sock, phases)
        opened: Any = trace.pool.dialer.take(origin, trace.since, trace.deadline, public_only=trace.public_only)
        self.sock = opened.sock
        self.is_verified = origin.scheme == "https"
        if hasattr(self, "_post_conn"):  # urllib3-future, which niquests installs in place of urllib3
            self._protocol = None
            self._post_conn()
        return opened  # type: ignore[no-any-return]

    def request(self: Any, *args: Any, **kwargs: Any) -> None:
        trace = current.trace
        if self._release_pending:
            self._release_pending = False
            self.release()
        if self.sock is not None and self._slot is not None:
            stale = self.proxy is None and time.monotonic() - self._idle_since > IDLE
            if stale or not self._width.reuse(self._slot, repeatable=trace.repeatable):
                self.close()
        if self.sock is None:
            self.connect()
        trace.kept_alive = self._slot.answered
        self.sock.deadline, self.sock.budget = trace.deadline, MAX_WIRE
        trace.address, trace.certificate = self._opened.address or None, self._opened.certificate
        trace.sent_at = time.monotonic()
        super().request(*args, **kwargs)  # type: ignore[misc]

    def getresponse(self: Any, **options: Any) -> Any:
        width, slot, trace = self._width, self._slot, current.trace  # `Connection: close` resets them
        try:
            response = super().getresponse(**options)  # type: ignore[misc]
        except (ConnectionError, ssl.SSLError):
            if trace.kept_alive and width is not None:
                width.closes_unannounced()
            raise
        self._idle_since = trace.headers_at = now = time.monotonic()
        sent_at = trace.sent_at or now
        trace.phases["wait"] = (sent_at, now - sent_at)
        width.answered(slot, now - sent_at)
        self._failed = response.status >= 500
        if response.status == 101:  # the protocol was switched
            self.close()
        return response

    def release(self: Any) -> None:
        """Record that a response was read to its end, and close the connection unless it may be reused.

        urllib3-future calls this before the response is read; then the next request does it.
        """
        if getattr(self, "_pending_responses", None):
            self._release_pending = True
            return
        if self.sock is not None and self._slot is not None and (not self._width.release(self._slot) or self._failed):
            self.close()  # uvicorn and others close unannounced after an error

    def close(self: Any) -> None:
        if self._width is not None:
            self._width.remove(self._slot)
        self._width = self._slot = None
        super().close()  # type: ignore[misc]


class _ReleasingPool:
    """Extends both urllib3 pool classes."""

    def _put_conn(self: Any, conn: Any) -> None:
        if conn is not None:
            conn.release()
        super()._put_conn(conn)  # type: ignore[misc]


class _Http(_Traced, HTTPConnection):
    """A traced connection."""

    response_class = Response


class _Https(_Traced, HTTPSConnection):
    """A traced TLS connection."""

    response_class = Response


class HttpPool(_ReleasingPool, HTTPConnectionPool):
    """Traced connections to one host."""

    ConnectionCls = _Http


class HttpsPool(_ReleasingPool, HTTPSConnectionPool):
    """Traced TLS connections to one host."""

    ConnectionCls = _Https
