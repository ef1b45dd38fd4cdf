"""The process that starts replicas: one for this process, shared with its forks where that is requested."""

from __future__ import annotations

import atexit
import os
import subprocess
import threading
from pathlib import Path

from smokegate.replica.process.forking import ForkServer

_current: ForkServer | None = None
_lock = threading.Lock()


def starter() -> ForkServer:
    """Return the process that has the server stack imported and forks replicas, begun anew where it has ended."""
    global _current  # noqa: PLW0603 -- one per process, by design
    with _lock:
        if _current is None or not _current.alive:
            package_root = str(Path(__file__).resolve().parents[2])
            path = os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")]))
            _current = ForkServer(
                ["-P", "-m", "smokegate.replica.process.fork_server"],
                stdout=subprocess.DEVNULL,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": path},
            )
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
