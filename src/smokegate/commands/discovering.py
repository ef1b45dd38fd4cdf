"""What `check`, `init` and `new` share: addresses, discovery, and a run of pytest that prints nothing."""

from __future__ import annotations

import contextlib
import io
import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from smokegate.environment.addresses import origin
from smokegate.observation.discovery.discover import Found, discover
from smokegate.observation.transport.pool import Pool


class AddressError(ValueError):
    """An address cannot be used; the text says what was expected."""


def address_of(text: str) -> str:
    """Return an address with its scheme: https, and http for this machine.

    Raises:
        AddressError: it is none.
    """
    address = text.strip()
    if "://" not in address:
        host = urlsplit(f"//{address}").hostname or ""
        address = f"{'http' if _is_local(host) else 'https'}://{address}"
    try:
        return origin(address)
    except ValueError as wrong:
        shown = re.sub(r"//[^/]*@", "//…@", text)
        raise AddressError(f"{shown!r}: {wrong}") from None


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def discover_all(urls: Sequence[str], health: str = "") -> list[Found]:
    """Check several deployments, one after the other."""
    pool = Pool(1)
    try:
        return [discover(url, pool, health) for url in urls]
    finally:
        pool.close()


def quietly(arguments: list[str]) -> tuple[int, str]:
    """Run pytest in this process; returns its exit code and what it would have printed."""
    import pytest  # noqa: PLC0415 - costs start-up time

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = int(pytest.main(arguments))
    return code, printed.getvalue()
