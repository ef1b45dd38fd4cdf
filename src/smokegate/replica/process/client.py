"""The caller's side of replicas: request one, wait for it, stop it."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from smokegate.replica.catalogue import check_kind, find_faults
from smokegate.replica.process.channel import Link, ReplicaError
from smokegate.replica.process.forking import ForkServer

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
        """The processes of this replica, its supervisor first; empty before it is ready."""
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
    link = Link(_starter().order({"kind": kind, "fault": fault, "tls": tls, "port": port, "seconds": seconds}))
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


def _starter() -> _Starter:
    global _current  # noqa: PLW0603 -- one per process, by design
    with _lock:
        if _current is None or not _current.alive:
            _current = _Starter()
        return _current


def share_with_forks() -> None:
    """Have this process's forks order their replicas where it would itself: each is spared the imports.

    The replicas of forks are theirs: they end with them.
    """
    _starter().shared = True


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
