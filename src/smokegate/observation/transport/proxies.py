"""Which proxy this machine's settings name for an address (`HTTPS_PROXY`, `NO_PROXY` …).

Loopback addresses never go through one. `NO_PROXY` is read as Python reads it (hosts and their subdomains, with a port
or without, `*` for all), and networks such as `10.0.0.0/8` besides, as curl and requests do.
"""

from __future__ import annotations

import os
import sys
from ipaddress import ip_address, ip_network

from urllib3.util import Url

from smokegate.environment.addresses import is_loopback

SYSTEMS = ("darwin", "win32")
"""Where proxies are settings of the system, too."""


def proxy_for(url: Url) -> str | None:
    """Return the proxy's address for requests to an address, None where they go straight there."""
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
    except ValueError:  # the host is a name, or what is excluded is no network
        return False
