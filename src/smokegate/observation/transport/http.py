"""requests over traced connections.

Imported late. Proxies are honoured as
requests does (`HTTPS_PROXY`, `NO_PROXY` …), except for loopback addresses, which never go through one; what a
proxy does on the way to the host (lookup, connection) is then not ours to measure and is left out.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Callable
from typing import Any

import requests
import requests.adapters
import requests.utils
import urllib3

from smokegate.observation.transport.connect import DIRECT, Origin, Route
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.sample_connection import SampleConnection
from smokegate.observation.transport.trace import Trace, current
from smokegate.observation.transport.traced import HttpPool, HttpsPool
from smokegate.observation.transport.width import MOST, Width

HOSTS = 1024


class Adapter(requests.adapters.HTTPAdapter):
    """requests' transport over traced connections and one shared TLS context."""

    def __init__(self, dialer: Dialer, route: Route) -> None:
        self._dialer = dialer
        self._route = route
        super().__init__(pool_connections=HOSTS, pool_maxsize=MOST)

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
        return host, {"ssl_context": self._dialer.contexts.get(*self._route[:2])}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Do nothing: requests would have every connection load the authorities again."""

    @staticmethod
    def _trace_pools(manager: urllib3.PoolManager) -> None:
        if not type(manager).__name__.startswith("SOCKS"):
            manager.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}


class Client:
    """Sends one prepared request at a time per thread, over pooled connections."""

    def __init__(self, dialer: Dialer, widths: Callable[[Origin], Width]) -> None:
        self._dialer = dialer
        self._widths = widths
        self._lock = threading.Lock()
        self._adapters: dict[Route, Adapter] = {}

    def send(self, request: requests.PreparedRequest, trace: Trace) -> requests.Response:
        """Send and return as soon as the headers are there; the body is the caller's to read from `.raw`.

        Raises:
            requests.RequestException, urllib3.exceptions.HTTPError, OSError: see `errors.cause_of`.
        """
        current.trace = trace
        seconds = max(0.001, trace.deadline - time.monotonic())
        adapter = self._adapter(trace.route, trace.own)
        assert request.url is not None
        proxies = {} if trace.route.connect_to else proxies_for(request.url)
        trace.tunnelled = False
        trace.proxied = any(scheme in proxies for scheme in (request.url.partition(":")[0], "all"))
        try:
            return adapter.send(request, stream=True, timeout=seconds, proxies=proxies)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            if trace.proxied and _of_proxy(error, request.url, trace):
                unusable = isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema)
                what = "the proxy cannot be used" if unusable else "nothing came through the proxy"
                raise requests.exceptions.ProxyError(f"{what}: {error}") from error
            raise

    def trace(self, since: float, deadline: float, own: SampleConnection | None = None) -> Trace:
        """Return what the connection classes need to know of a request.

        Args:
            since: when it was its turn (monotonic clock).
            deadline: when it must be over (monotonic clock).
            own: the connection of its own that it gets.
        """
        return Trace(self._dialer, DIRECT, since, deadline, self._widths, own)

    def close(self) -> None:
        """Close the pooled connections."""
        with self._lock:
            adapters = list(self._adapters.values())
        for adapter in adapters:
            adapter.close()

    def _adapter(self, route: Route, own: SampleConnection | None) -> Adapter:
        with self._lock:
            adapters = self._adapters if own is None else own.adapters
            if route not in adapters:
                adapters[route] = Adapter(self._dialer, route)
            return adapters[route]


def _of_proxy(error: Exception, url: str, trace: Trace) -> bool:
    """Return whether it failed at the proxy, as far as can be known: in plain HTTP that is all of it."""
    known = isinstance(error, requests.exceptions.ProxyError | requests.exceptions.SSLError)
    return not known and (url.startswith("http:") or (trace.sent is None and not trace.tunnelled))


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
