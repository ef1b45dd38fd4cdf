"""The caller's end of one replica's channel."""

from __future__ import annotations

import json
import socket
import threading
from time import monotonic
from typing import Any


class ReplicaError(RuntimeError):
    """A replica could not be started; the text says why, with the end of its log."""


class Link:
    """The caller's end of one replica's channel. Its end of file ends the replica, however it comes about."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._received = b""
        self._ready = False
        self._lock = threading.RLock()
        self.pids: list[int] = []

    def next_message(self, deadline: float) -> dict[str, Any]:
        """The next line from the supervisor.

        Raises:
            ReplicaError: it reports a failure, hangs up, or says nothing until the deadline.
        """
        while b"\n" not in self._received:
            self._channel.settimeout(max(deadline - monotonic(), 0.001))
            try:
                data = self._channel.recv(65536)
            except TimeoutError as error:
                raise ReplicaError("the replica was not ready in time") from error
            if not data:
                raise ReplicaError(
                    "the replica's supervisor ended without a message (is the `replica` extra installed?)"
                )
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        if "failed" in message:
            raise ReplicaError(f"the replica did not start: {message['failed']}")
        return message

    def await_ready(self, timeout: float) -> None:
        """Wait until the supervisor reports that everything serves; raises what `next_message` raises."""
        with self._lock:
            if not self._ready:
                self.pids = self.next_message(monotonic() + timeout)["ready"]
                self._ready = True

    def close(self) -> None:
        """Close the channel, and wait until the supervisor does so, last of all."""
        with self._lock:
            if self._channel.fileno() == -1:
                return
            try:
                self._channel.shutdown(socket.SHUT_WR)
                self._channel.settimeout(10)
                while self._channel.recv(65536):
                    pass
            except OSError:  # the supervisor was killed: nothing to wait for
                pass
            finally:
                self._channel.close()
