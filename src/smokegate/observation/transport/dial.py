"""Hands out open connections: warm ones first, and one failure for all who asked while it lasted."""

from __future__ import annotations

import threading
import time

from smokegate.observation.transport.connect import Connection, Origin, line, secure, tcp
from smokegate.observation.transport.lookup import Resolver
from smokegate.observation.transport.opening import EarlyConnection, Phases
from smokegate.observation.transport.tls import Contexts, Socket

#: How long an opening that nobody waits for may take, in seconds; who waits has a deadline.
PATIENCE = 60.0


class SharedFailureError(OSError):
    """Another attempt to connect failed while this one waited for its turn; its error is the cause."""


class Dialer:
    """Opens connections and remembers, per origin, whether one could ever be opened.

    A host that swallows packets costs its time-out once: whoever asked before that connection attempt failed
    shares its failure, instead of queueing up for a time-out of its own.
    """

    def __init__(self, resolver: Resolver, contexts: Contexts) -> None:
        self.resolver = resolver
        self.contexts = contexts
        self._lock = threading.Lock()
        self._warm: dict[Origin, list[Connection]] = {}
        self._openings: dict[Origin, list[EarlyConnection]] = {}
        self.began: float | None = None
        """When the first connection was begun ahead of the exchange that needs it (monotonic clock)."""
        self._failed: dict[Origin, tuple[float, OSError | UnicodeError]] = {}
        self._reached: set[Origin] = set()

    def ahead(self, origin: Origin, connections: int) -> None:
        """Begin to open connections before anything asks for one; returns at once."""
        self.began = self.began or time.monotonic()
        deadline = time.monotonic() + PATIENCE
        with self._lock:
            kept = self._openings.setdefault(origin, [])
            kept += [EarlyConnection(lambda phases: self._open(origin, deadline, phases)) for _ in range(connections)]

    def warm(self, origin: Origin, asked: float, deadline: float) -> None:
        """Open a connection for later; `asked` is when the exchange that needs it was asked for.

        Raises:
            OSError, UnicodeError: what kept it from being opened.
        """
        opened = self._opened(origin, asked, deadline)
        with self._lock:
            self._warm.setdefault(origin, []).append(opened)

    def take(self, origin: Origin, asked: float, deadline: float) -> Connection:
        """Return an open connection that is the caller's own from now on.

        Raises:
            OSError, UnicodeError: what kept it from being opened.
        """
        with self._lock:
            kept = self._warm.get(origin)
            if kept:
                return kept.pop()
        return self._opened(origin, asked, deadline)

    def close(self) -> None:
        """Close the connections that nobody took."""
        with self._lock:
            lines = [each for kept in self._warm.values() for each in kept]
            self._warm.clear()
            openings = [each for kept in self._openings.values() for each in kept]
            self._openings.clear()
        for each in lines:
            each.close()
        for opening in openings:
            opening.leave()

    def tcp(self, host: str, port: int, deadline: float, phases: dict[str, tuple[float, float]]) -> Socket:
        """Look a name up and connect, noting how long each took.

        Raises:
            OSError, UnicodeError: what kept it from being opened.
        """
        began = time.monotonic()
        addresses = self.resolver.resolve(host, port, deadline)
        found = time.monotonic()
        phases["dns"] = (began, found - began)
        sock = tcp(addresses, deadline)
        phases["connect"] = (found, time.monotonic() - found)
        return sock

    def _opened(self, origin: Origin, asked: float, deadline: float) -> Connection:
        self._share_failure(origin, asked)
        opening = self._claim(origin)
        try:
            return opening.get(deadline) if opening else self._open(origin, deadline, {})
        except (OSError, UnicodeError) as error:
            with self._lock:
                self._failed[origin] = (time.monotonic(), error)
            raise

    def _claim(self, origin: Origin) -> EarlyConnection | None:
        """Return an opening that was begun ahead, if there is one of use."""
        while True:
            with self._lock:
                kept = self._openings.get(origin)
                if not kept:
                    return None
                opening = kept.pop(0)
            if opening.usable:
                return opening
            opening.leave()

    def _open(self, origin: Origin, deadline: float, phases: Phases) -> Connection:
        sock = self.tcp(origin.host, origin.port, deadline, phases)
        with self._lock:
            self._reached.add(origin)
        if origin.scheme != "https":
            return line(sock, phases)
        began = time.monotonic()
        try:
            wrapped = secure(sock, origin.host, self.contexts.get(origin.ca_file), deadline)
        except BaseException:
            sock.close()
            raise
        phases["tls"] = (began, time.monotonic() - began)
        return line(wrapped, phases)

    def _share_failure(self, origin: Origin, asked: float) -> None:
        with self._lock:
            when, error = self._failed.get(origin, (0.0, None))
            shared = error if when > asked and origin not in self._reached else None
        if shared is not None:
            raise SharedFailureError(str(shared)) from shared
