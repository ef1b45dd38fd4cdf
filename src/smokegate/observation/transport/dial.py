"""Opens connections; requests that waited during a failed attempt share its failure."""

from __future__ import annotations

import threading
import time

from smokegate.observation.transport.connect import Connection, Origin, describe, secure, tcp
from smokegate.observation.transport.limits import BadRedirectError
from smokegate.observation.transport.lookup import Resolver
from smokegate.observation.transport.redirects import is_private
from smokegate.observation.transport.tls import Contexts, Socket

Phases = dict[str, tuple[float, float]]
"""Phase → start (monotonic clock) and duration."""


class SharedFailureError(OSError):
    """Another connection attempt failed while this request was queued; its error is the cause."""


class Dialer:
    """Opens connections and remembers per origin whether one ever succeeded.

    A host that drops packets costs one timeout: requests made before that attempt failed share its failure instead
    of each waiting for another timeout.
    """

    def __init__(self, resolver: Resolver, contexts: Contexts) -> None:
        self.resolver = resolver
        self.contexts = contexts
        self._lock = threading.Lock()
        self._failed: dict[Origin, tuple[float, OSError | UnicodeError]] = {}
        self._reached: set[Origin] = set()

    def take(self, origin: Origin, since: float, deadline: float, *, public_only: bool = False) -> Connection:
        """Open a connection for a request made at `since`; raises OSError or UnicodeError."""
        with self._lock:
            when, error = self._failed.get(origin, (0.0, None))
            shared = error if when > since and origin not in self._reached else None
        if shared is not None:
            raise SharedFailureError(str(shared)) from shared
        try:
            return self._open(origin, deadline, {}, public_only=public_only)
        except (OSError, UnicodeError) as failure:
            with self._lock:
                self._failed[origin] = (time.monotonic(), failure)
            raise

    def tcp(self, host: str, port: int, deadline: float, phases: Phases, *, public_only: bool = False) -> Socket:
        """Resolve a name and connect, recording the duration of both in `phases`.

        Raises OSError, UnicodeError, or BadRedirectError if only public addresses are allowed and this one is private.
        """
        began = time.monotonic()
        addresses = self.resolver.resolve(host, port, deadline)
        private = [address[0] for _, address in addresses if is_private(address[0])] if public_only else []
        if private:
            raise BadRedirectError(f"redirect from a public host to {host}, whose address {private[0]} is private")
        found = time.monotonic()
        phases["dns"] = (began, found - began)
        sock = tcp(addresses, deadline)
        phases["connect"] = (found, time.monotonic() - found)
        return sock

    def _open(self, origin: Origin, deadline: float, phases: Phases, *, public_only: bool) -> Connection:
        sock = self.tcp(*origin.dialed, deadline, phases, public_only=public_only)
        with self._lock:
            self._reached.add(origin)
        if origin.scheme != "https":
            return describe(sock, phases)
        began = time.monotonic()
        try:
            wrapped = secure(sock, origin.host, self.contexts.get(*origin.route[:2]), deadline)
        except BaseException:
            sock.close()
            raise
        phases["tls"] = (began, time.monotonic() - began)
        return describe(wrapped, phases)
