"""Finds the configured proxy for a URL (`HTTPS_PROXY`, `NO_PROXY` …).

Loopback addresses never use one. `NO_PROXY` is read as Python does (hosts and their subdomains, optional port, `*`
for all), plus networks such as `10.0.0.0/8`, as curl and requests do.
"""

from __future__ import annotations

import os
import sys
from ipaddress import ip_address, ip_network

from urllib3.util import Url

from smokegate.environment.addresses import is_loopback

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
