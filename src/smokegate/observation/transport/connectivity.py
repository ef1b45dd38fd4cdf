"""Distinguishes a runner without network from a dead target by connecting to unrelated hosts."""

from __future__ import annotations

import ipaddress
import time
from urllib.parse import urlsplit

from smokegate.observation.model import ControlProbe
from smokegate.observation.transport.dial import Dialer

TIMEOUT = 3.0
#: Domains that are never on the internet (RFC 2606, RFC 6761, RFC 6762).
LOCAL_NAMES = (".invalid", ".test", ".localhost", ".local", ".example", ".internal", ".home.arpa")


def is_public(url: str) -> bool:
    """Return whether a URL names a host on the internet: only then are control hosts meaningful."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(LOCAL_NAMES)


def probe(address: str, dialer: Dialer) -> ControlProbe:
    """Connect to `host:port` and disconnect."""
    from smokegate.observation.transport.errors import cause_of  # noqa: PLC0415 -- knows urllib3, which is imported late

    host, _, port = address.rpartition(":")
    try:
        dialer.tcp(host.strip("[]"), int(port), time.monotonic() + TIMEOUT, {}).close()
    except (OSError, ValueError) as error:
        return ControlProbe(address, reached=False, cause=cause_of(error)[0])
    return ControlProbe(address, reached=True)
