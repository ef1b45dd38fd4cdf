"""Resolves host names within a deadline; concurrent lookups of a host are shared and results cached."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from typing import Any

#: Seconds that an address is cached: a readiness wait must notice DNS changes.
TTL = 30.0

Address = tuple[int, Any]
"""Address family and socket address."""


class NameTimeoutError(TimeoutError):
    """The name server did not answer before the deadline."""


class _Lookup:
    """A lookup shared by several callers."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.ended = float("inf")
        self.found: tuple[Address, ...] = ()
        self.error: OSError | UnicodeError | None = None

    def run(self, host: str, port: int) -> None:
        try:
            self.found = _lookup(host, port)
        except (OSError, UnicodeError) as error:
            self.error = error
        self.ended = time.monotonic()
        self.done.set()


class Resolver:
    """Resolves names in separate threads, because the system resolver has no deadline."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lookups: dict[tuple[str, int], _Lookup] = {}

    def resolve(self, host: str, port: int, deadline: float) -> tuple[Address, ...]:
        """Return the addresses of a host, at least one; joins a lookup in progress.

        Raises socket.gaierror (`.invalid` names never leave this machine, RFC 6761), UnicodeError for an invalid name,
        or NameTimeoutError.
        """
        if host.rstrip(".").lower().endswith(".invalid"):
            raise socket.gaierror(
                socket.EAI_NONAME, "Name or service not known (.invalid names never resolve, RFC 6761)"
            )
        if _is_address(host):
            return _lookup(host, port)
        lookup = self._shared(host, port)
        if not lookup.done.wait(max(0.0, deadline - time.monotonic())):
            raise NameTimeoutError(f"no answer to the lookup of {host} before the deadline")
        if lookup.error is not None:
            raise lookup.error
        return lookup.found

    def _shared(self, host: str, port: int) -> _Lookup:
        with self._lock:
            known = self._lookups.get((host, port))
            # Failures are not cached, because names recover.
            if known is not None and known.error is None and time.monotonic() - known.ended <= TTL:
                return known
            lookup = self._lookups[host, port] = _Lookup()
        threading.Thread(target=lookup.run, args=(host, port), name=f"lookup {host}", daemon=True).start()
        return lookup


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _lookup(host: str, port: int) -> tuple[Address, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys((family, address) for family, _, _, _, address in found))
