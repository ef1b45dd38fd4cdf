"""A connection that is being opened before anybody needs it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from smokegate.observation.transport.connect import Connection, ConnectTimeoutError, HandshakeError
from smokegate.observation.transport.lookup import NameTimeoutError

#: One that was ready for longer is not used: the server may be closing it.
FRESH = 2.0
Phases = dict[str, tuple[float, float]]


class EarlyConnection:
    """Opens a connection on a thread of its own, at once.

    Args:
        way: opens it, noting the phases as it goes; raises `OSError` or `UnicodeError`.
    """

    def __init__(self, way: Callable[[Phases], Connection]) -> None:
        self._way = way
        self._phases: Phases = {}
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._line: Connection | None = None
        self._error: OSError | UnicodeError | None = None
        self._left = False
        threading.Thread(target=self._open, name="smokegate opening", daemon=True).start()

    @property
    def usable(self) -> bool:
        """Whether it is on its way, or there and fresh: a failure of before is not told to who asks now."""
        if not self._done.is_set():
            return True
        if self._line is None:  # and where the name did not resolve there is no phase, either
            return False
        began, took = next(reversed(self._phases.values()))
        return time.monotonic() - (began + took) < FRESH

    def get(self, deadline: float) -> Connection:
        """Return the connection, the caller's own from now on.

        Raises:
            OSError, UnicodeError: what kept it from being opened, or which phase did not end in time.
        """
        if not self._done.wait(max(0.0, deadline - time.monotonic())):
            self.leave()
            if "dns" not in self._phases:
                raise NameTimeoutError("no answer to the lookup before the deadline")
            if "connect" not in self._phases:
                raise ConnectTimeoutError("no answer to the attempt to connect before the deadline")
            raise HandshakeError("the TLS handshake did not end before the deadline")
        if self._error is not None:
            raise self._error
        assert self._line is not None
        return self._line

    def leave(self) -> None:
        """Close it, or have it closed as soon as it is there."""
        with self._lock:
            self._left = True
            if self._line is not None:
                self._line.close()

    def _open(self) -> None:
        try:
            line = self._way(self._phases)
        except (OSError, UnicodeError) as error:
            self._error = error
        else:
            with self._lock:
                self._line = line
                if self._left:
                    line.close()
        self._done.set()
