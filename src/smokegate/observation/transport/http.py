"""requests, fitted so that it tells what each phase took and keeps one deadline for the whole exchange.

Imported late: until it is there, connections are opened without it (`connect`). Proxies are honoured as
requests does (`HTTPS_PROXY`, `NO_PROXY` …), except for loopback addresses, which never go through one; what a
proxy does on the way to the host (lookup, connection) is then not ours to measure and is left out.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from dataclasses import dataclass
from typing import Any

import requests
import requests.adapters
import requests.utils
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from smokegate.observation.transport.connect import Connection, Origin, address_of
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.tls import Socket, TlsSocket, certificate_of

#: Servers close connections that idle (uvicorn after 5 s, nginx after 75 s); a request sent into the closing
#: gets no answer.
IDLE = 2.0
HOSTS = 1024
CONNECTIONS = 64


@dataclass
class Trace:
    """What one request is allowed, and what it took; the connection classes fill it in."""

    dialer: Dialer
    ca_file: str | None
    asked: float
    deadline: float
    line: Connection | None = None
    """The connection, if it was opened for this request."""
    used: Connection | None = None
    """The connection that carried the request."""
    sent: float | None = None
    headed: float | None = None


class _Current(threading.local):
    trace: Trace


_current = _Current()


class _Traced:
    """What both connection classes do more than urllib3's."""

    _line: Connection | None = None
    _rested: float = 0.0

    def _new_conn(self: Any) -> Socket:
        trace = _current.trace
        sock = trace.dialer.tcp(self._dns_host, self.port, trace.deadline, {})
        sock.deadline = trace.deadline
        sock.settimeout(sock.left())
        return sock

    def connect(self: Any) -> None:
        trace = _current.trace
        if self.proxy is not None:
            began = time.monotonic()
            super().connect()  # type: ignore[misc]
            phases = {"connect": (began, time.monotonic() - began)}
            certificate = certificate_of(self.sock) if isinstance(self.sock, TlsSocket) else None
            self._line = Connection(self.sock, address_of(self.sock), phases, certificate)
        else:
            scheme = "https" if isinstance(self, HTTPSConnection) else "http"
            origin = Origin(scheme, self._dns_host, self.port, trace.ca_file if scheme == "https" else None)
            self._line = trace.dialer.take(origin, trace.asked, trace.deadline)
            self.sock = self._line.sock
            self.is_verified = scheme == "https"
        trace.line = self._line
        self._rested = time.monotonic()

    def request(self: Any, *args: Any, **kwargs: Any) -> None:
        trace = _current.trace
        if self.sock is not None and self.proxy is None and time.monotonic() - self._rested > IDLE:
            self.close()
        if self.sock is None:
            self.connect()
        self.sock.deadline = trace.deadline
        trace.used = self._line
        trace.sent = time.monotonic()
        super().request(*args, **kwargs)  # type: ignore[misc]

    def getresponse(self: Any) -> Any:
        response = super().getresponse()  # type: ignore[misc]
        self._rested = _current.trace.headed = time.monotonic()
        return response


class _Http(_Traced, HTTPConnection):
    """A traced connection."""


class _Https(_Traced, HTTPSConnection):
    """A traced TLS connection."""


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class Adapter(requests.adapters.HTTPAdapter):
    """requests' transport over traced connections and one shared TLS context."""

    def __init__(self, dialer: Dialer, ca_file: str | None) -> None:
        self._dialer = dialer
        self._ca_file = ca_file
        super().__init__(pool_connections=HOSTS, pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Build the pools of traced connections."""
        super().init_poolmanager(*args, **kwargs)
        self._trace_pools(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Build the pools of traced connections to a proxy."""
        manager = super().proxy_manager_for(*args, **kwargs)
        self._trace_pools(manager)
        return manager

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """Use the shared context, which always verifies."""
        host, tls = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] != "https":
            return host, tls
        return host, {"ssl_context": self._dialer.contexts.get(self._ca_file)}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Do nothing: requests would have every connection load the authorities again."""

    @staticmethod
    def _trace_pools(manager: urllib3.PoolManager) -> None:
        if not type(manager).__name__.startswith("SOCKS"):
            manager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class Client:
    """Sends one prepared request at a time per thread, over pooled connections."""

    def __init__(self, dialer: Dialer) -> None:
        self._dialer = dialer
        self._lock = threading.Lock()
        self._adapters: dict[str | None, Adapter] = {}

    def send(self, request: requests.PreparedRequest, trace: Trace) -> requests.Response:
        """Send and return as soon as the headers are there; the body is the caller's to read from `.raw`.

        Raises:
            requests.RequestException, urllib3.exceptions.HTTPError, OSError: see `errors.cause_of`.
        """
        _current.trace = trace
        seconds = max(0.001, trace.deadline - time.monotonic())
        adapter = self._adapter(trace.ca_file)
        assert request.url is not None
        return adapter.send(request, stream=True, timeout=seconds, proxies=proxies_for(request.url))

    def trace(self, ca_file: str | None, asked: float, deadline: float) -> Trace:
        """Return what the connection classes need to know of a request.

        Args:
            ca_file: authorities to trust besides the usual ones.
            asked: when it was asked for (monotonic clock).
            deadline: when it must be over (monotonic clock).
        """
        return Trace(self._dialer, ca_file, asked, deadline)

    def close(self) -> None:
        """Close the pooled connections."""
        with self._lock:
            adapters = list(self._adapters.values())
        for adapter in adapters:
            adapter.close()

    def _adapter(self, ca_file: str | None) -> Adapter:
        with self._lock:
            if ca_file not in self._adapters:
                self._adapters[ca_file] = Adapter(self._dialer, ca_file)
            return self._adapters[ca_file]


def proxies_for(url: str) -> dict[str, str]:
    """Return the proxies that the environment variables name for an address; none for loopback."""
    host = (urllib3.util.parse_url(url).host or "").strip("[]").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost") or _is_loopback(host):
        return {}
    return dict(requests.utils.get_environ_proxies(url, no_proxy=None))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
