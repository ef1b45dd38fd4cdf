"""The process that starts replicas: one for this process, shared with its forks where that is requested."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

from smokegate.replica.process.channel import ReplicaError
from smokegate.replica.process.forking import ForkServer


class _Starter:
    """The process that has the server stack imported and forks replicas; it ends with its caller."""

    def __init__(self) -> None:
        self._links: list[socket.socket] = []
        package_root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")]))
        self._server = ForkServer(
            ["-P", "-m", "smokegate.replica.process.fork_server"],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        self.shared = False
        self._borrowed = False

    @property
    def alive(self) -> bool:
        return self._borrowed or self._server.alive

    def order(self, request: dict[str, Any]) -> socket.socket:
        """Request a replica; returns the channel over which it reports."""
        try:
            channel = self._server.order(request)
        except OSError as error:
            raise ReplicaError("the process that starts replicas has ended") from error
        self._links = [link for link in self._links if link.fileno() != -1]
        self._links.append(channel)
        return channel

    def close(self) -> None:
        if not self._borrowed:
            self._server.close()

    def after_fork(self) -> None:
        """In a forked copy of the caller: let go of its replicas, leave the process to the original."""
        self._borrowed = self.shared
        self._server.after_fork(shared=self.shared)
        for link in self._links:
            link.close()
        self._links.clear()


_current: _Starter | None = None
_lock = threading.Lock()


def starter() -> _Starter:
    """Return the process, begun anew where it has ended."""
    global _current  # noqa: PLW0603 -- one per process, by design
    with _lock:
        if _current is None or not _current.alive:
            _current = _Starter()
        return _current


def share_with_forks() -> None:
    """Have this process's forks order their replicas where it would itself: each is spared the imports.

    The replicas of forks are theirs: they end with them.
    """
    starter().shared = True


def _end() -> None:
    if _current is not None:
        _current.close()


def _after_fork() -> None:
    global _current, _lock  # noqa: PLW0603 -- a fork is another process
    _lock = threading.Lock()
    if _current is not None:
        _current.after_fork()
        if not _current.shared:
            _current = None


atexit.register(_end)
os.register_at_fork(after_in_child=_after_fork)
