"""The caller's side of replicas: ask for one, wait for it, stop it."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from smokegate.replica.catalogue import check_kind, find_faults
from smokegate.replica.process.channel import Link, ReplicaError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

__all__ = [
    "NAMESPACE_VARIABLE",
    "NeedsNamespaceError",
    "Replica",
    "ReplicaError",
    "share_with_forks",
    "start",
]

NAMESPACE_VARIABLE = "SMOKEGATE_NAMESPACE"
"""Set inside a network namespace of `smokegate.replica.namespace`, to the fault it was made for."""


class NeedsNamespaceError(ReplicaError):
    """The fault lies in the network itself and needs a network namespace; the text says how to get one."""


@dataclass(frozen=True)
class Replica:
    """A running deployment. Leave its `with` block, or call `stop`, and nothing of it is left.

    `ca_file` holds the certificate authority to trust where the URLs are https. `variables` are the
    environment variables that a run against this replica needs. `directory` holds its database and goes
    away with it.
    """

    kind: str
    fault: str | None
    backend_url: str
    frontend_url: str
    ca_file: Path | None
    commit: str
    directory: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    platform: tuple[str, str] | None = field(default=None, repr=False)
    """The address of the platform's API, and the key to it, where the kind has one."""
    _link: Link = field(repr=False, compare=False, kw_only=True)

    def ready(self, timeout: float = 30.0) -> Self:
        """Wait until every process serves, at most `timeout` seconds.

        Raises:
            ReplicaError: a process ended before it could serve, or time ran out.
        """
        self._link.await_ready(timeout)
        return self

    @property
    def pids(self) -> tuple[int, ...]:
        """The processes of this replica, its keeper first; empty before it is ready."""
        return tuple(self._link.pids)

    def stop(self) -> None:
        """End every process and delete every file. Stopping twice is once."""
        self._link.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(  # noqa: PLR0913 -- all but the first two are by name
    kind: str,
    fault: str | None = None,
    *,
    tls: bool = False,
    wait: bool = True,
    port: int = 0,
    seconds: float | None = None,
) -> Replica:
    """Start a deployment of a kind, broken by a fault if one is named.

    With `wait=False` it returns as soon as the addresses are known; `ready` then waits for the rest. `port`
    is the backend's (0: any free one), the frontend's is the next. `seconds` sets how long a fault that
    passes takes to pass, or how slow a slow one is.

    Raises:
        UnknownKindError: no such kind.
        UnknownFaultError: the kind has no such fault.
        NeedsNamespaceError: the fault is one of the network's.
        ReplicaError: it could not be started.
    """
    check_kind(kind)
    if fault is not None:
        entries = find_faults(kind, fault)
        inside = os.environ.get(NAMESPACE_VARIABLE) == fault
        if not inside and any(entry.needs == "namespace" for entry in entries):
            raise NeedsNamespaceError(
                f"fault {fault!r} is one of the network, not of the replica: run the command in a network "
                f"namespace made for it, as root: python -m smokegate.replica.namespace {fault} -- COMMAND"
            )
    link = Link(_nursery().order({"kind": kind, "fault": fault, "tls": tls, "port": port, "seconds": seconds}))
    try:
        serving = link.next_message(monotonic() + 30)["serving"]
        ca_file = serving["ca_file"]
        replica = Replica(
            kind,
            fault,
            serving["backend_url"],
            serving["frontend_url"],
            Path(ca_file) if ca_file else None,
            serving["commit"],
            Path(serving["directory"]),
            MappingProxyType({}),
            tuple(serving["platform"]) if serving["platform"] else None,
            _link=link,
        )
        return replica.ready() if wait else replica
    except BaseException:
        link.close()
        raise


class _Nursery:
    """The process that has the server stack imported and forks replicas; it ends with its caller."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._links: list[socket.socket] = []
        package_root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")]))
        command = [sys.executable, "-P", "-m", "smokegate.replica.process.fork_server", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": path},
        )
        theirs.close()
        self.shared = False
        self._borrowed = False

    @property
    def alive(self) -> bool:
        return self._borrowed or self._process.poll() is None

    def order(self, request: dict[str, Any]) -> socket.socket:
        """Request a replica; its channel is what the answers come from."""
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self._control, [json.dumps(request).encode() + b"\n"], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise ReplicaError("the process that starts replicas has ended") from error
        finally:
            theirs.close()
        self._links = [link for link in self._links if link.fileno() != -1]
        self._links.append(ours)
        return ours

    def close(self) -> None:
        self._control.close()
        if self._borrowed:
            return
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def forget(self) -> None:
        """In a forked copy of the caller: let go of its replicas, leave the process to whom it belongs."""
        self._process.returncode = 0  # not this process's child: nothing to wait for or to warn about
        self._borrowed = self.shared
        if not self.shared:
            self._control.close()
        for link in self._links:
            link.close()
        self._links.clear()


_current: _Nursery | None = None
_lock = threading.Lock()


def _nursery() -> _Nursery:
    global _current  # noqa: PLW0603 -- one per process, by design
    with _lock:
        if _current is None or not _current.alive:
            _current = _Nursery()
        return _current


def share_with_forks() -> None:
    """Have this process's forks order their replicas where it would itself: each is spared the imports.

    The replicas of forks are theirs: they end with them.
    """
    _nursery().shared = True


def _end() -> None:
    if _current is not None:
        _current.close()


def _after_fork() -> None:
    global _current, _lock  # noqa: PLW0603 -- a fork is another process
    _lock = threading.Lock()
    if _current is not None:
        _current.forget()
        if not _current.shared:
            _current = None


atexit.register(_end)
os.register_at_fork(after_in_child=_after_fork)
