"""urllib3 over traced connections, through the proxies configured on this machine (`HTTPS_PROXY`, `NO_PROXY` …).

Imported late. Phases behind a proxy (name lookup, connection) cannot be measured and are left out. Loopback addresses
never use a proxy. `NO_PROXY` is read as Python does (hosts and their subdomains, optional port, `*` for all), plus
networks such as `10.0.0.0/8`, as curl and requests do.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import unquote

from urllib3 import BaseHTTPResponse, HTTPConnectionPool, PoolManager, ProxyManager
from urllib3.exceptions import HTTPError, LocationParseError, LocationValueError, ProxyError, SSLError
from urllib3.util import Retry, Timeout, Url, make_headers, parse_url

from smokegate.environment.addresses import is_loopback
from smokegate.observation.plan.step import RequestToSend
from smokegate.observation.transport.connect import Route
from smokegate.observation.transport.limits import FailedProxyError
from smokegate.observation.transport.tls import Contexts
from smokegate.observation.transport.trace import Trace, current
from smokegate.observation.transport.traced import HttpPool, HttpsPool
from smokegate.observation.transport.width import MAX_CONNECTIONS

SYSTEMS = ("darwin", "win32")
"""Platforms with system-wide proxy settings."""


def proxy_for(url: Url) -> str | None:
    """Return the proxy URL for requests to a URL, None for a direct connection."""
    host = (url.host or "").strip("[]").rstrip(".").lower()
    if is_loopback(host) or not _may_be_set():
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 -- costs start-up time, and few machines need it

    proxies = getproxies()
    proxy = proxies.get(url.scheme or "") or proxies.get("all")
    excluded = proxy_bypass(f"{host}:{url.port}" if url.port else host) or _in_network(host, proxies.get("no", ""))
    if not proxy or excluded:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _may_be_set() -> bool:
    return sys.platform in SYSTEMS or any(name.lower().endswith("_proxy") for name in os.environ)


def _in_network(host: str, excluded: str) -> bool:
    networks = [each.strip() for each in excluded.split(",") if "/" in each]
    try:
        return any(ip_address(host) in ip_network(each, strict=False) for each in networks)
    except ValueError:  # the host is a name, or the exclusion is not a network
        return False


MAX_HOSTS = 1024
NO_RETRIES = Retry(0, read=False)
"""Retries are decided in `again`."""


def _manager(proxy: str | None) -> PoolManager:
    size: dict[str, Any] = {"num_pools": MAX_HOSTS, "maxsize": MAX_CONNECTIONS}
    if proxy is not None and proxy.lower().startswith("socks"):
        return _socks(proxy, size)
    made = PoolManager(**size) if proxy is None else _http_proxy(proxy, size)
    made.pool_classes_by_scheme = {"http": HttpPool, "https": HttpsPool}
    return made


def _http_proxy(proxy: str, size: dict[str, Any]) -> ProxyManager:
    try:
        parsed = parse_url(proxy)
        if not parsed.host:
            raise LocationParseError(proxy)
        headers = make_headers(proxy_basic_auth=unquote(parsed.auth)) if parsed.auth else None
        return ProxyManager(proxy, proxy_headers=headers, **size)
    except LocationValueError as error:
        raise FailedProxyError(f"the proxy cannot be used: {error}") from error


def _socks(proxy: str, size: dict[str, Any]) -> PoolManager:
    if find_spec("socks") is None:
        raise FailedProxyError(f"the proxy cannot be used: `{proxy.partition(':')[0]}` needs `pip install pysocks`")
    from urllib3.contrib.socks import SOCKSProxyManager  # noqa: PLC0415 -- needs PySocks

    try:
        name, _, password = (parse_url(proxy).auth or "").partition(":")
        return SOCKSProxyManager(proxy, unquote(name) or None, unquote(password) or None, **size)
    except ValueError as error:
        raise FailedProxyError(f"the proxy cannot be used: {error}") from error


class Client:
    """Sends one request at a time per thread, over pooled connections."""

    def __init__(self, contexts: Contexts) -> None:
        self._contexts = contexts
        self._lock = threading.Lock()
        self._managers: dict[tuple[Route, str | None], PoolManager] = {}

    def send(self, request: RequestToSend, trace: Trace) -> BaseHTTPResponse:
        """Send and return once the headers are there; the caller reads the body; `cause_of` maps the errors."""
        current.trace = trace
        url = parse_url(request.url)
        if not url.host:
            raise LocationParseError(request.url)
        proxy = None if trace.route.connect_to else proxy_for(url)
        trace.tunnelled = False
        trace.proxied = proxy is not None
        absolute_form = proxy is not None and url.scheme == "http" and not proxy.lower().startswith("socks")
        try:
            return self._pool(url, proxy, trace).urlopen(
                request.method,
                url._replace(auth=None, fragment=None).url if absolute_form else url.request_uri,
                body=request.body,
                headers=dict(request.all_headers),
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
                retries=NO_RETRIES,
                timeout=Timeout(max(0.001, trace.deadline - time.monotonic())),
            )
        except (HTTPError, OSError) as error:
            if trace.proxied and _failed_at_proxy(error, url, trace):
                raise FailedProxyError(f"nothing came through the proxy: {error}") from error
            raise

    def close(self) -> None:
        """Close the pooled connections."""
        with self._lock:
            managers = list(self._managers.values())
        for each in managers:
            each.clear()

    def _pool(self, url: Url, proxy: str | None, trace: Trace) -> HTTPConnectionPool:
        """Return the connection pool for a URL's host; those of a route share one TLS context."""
        key = trace.route, proxy
        with self._lock:
            managers = self._managers if trace.lane_connection is None else trace.lane_connection.managers
            if key not in managers:
                managers[key] = _manager(proxy)
            manager = managers[key]
        more = {"ssl_context": self._contexts.get(*trace.route[:2])} if url.scheme == "https" else {}
        return manager.connection_from_host(url.host, url.port, url.scheme, pool_kwargs=more)


def _failed_at_proxy(error: Exception, url: Url, trace: Trace) -> bool:
    """Return whether it failed at the proxy; in plain HTTP every failure counts as the proxy's."""
    known = isinstance(getattr(error, "reason", error), FailedProxyError | ProxyError | SSLError)
    return not known and (url.scheme == "http" or (trace.sent_at is None and not trace.tunnelled))
