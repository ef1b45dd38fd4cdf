"""The caller's side of replicas: request one, wait for it, stop it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

from smokegate.replica.catalogue import check_kind, find_faults
from smokegate.replica.process.channel import Link, ReplicaError
from smokegate.replica.process.starter import starter

if TYPE_CHECKING:
    pass

__all__ = [
    "NAMESPACE_VARIABLE",
    "NeedsNamespaceError",
    "Replica",
    "ReplicaError",
    "start",
]

NAMESPACE_VARIABLE = "SMOKEGATE_NAMESPACE"
"""Set inside a network namespace of `smokegate.replica.namespace`, to the fault it was made for."""


class NeedsNamespaceError(ReplicaError):
    """The fault lies in the network itself and needs a network namespace; the text says how to get one."""


@dataclass(frozen=True)
class Replica:
    """A running deployment. Leave its `with` block, or call `stop`, and nothing of it is left.

    `ca_file` holds the certificate authority to trust where the URLs are https. `directory`
    holds its database and goes away with it.
    """

    kind: str
    fault: str | None
    backend_url: str
    frontend_url: str
    ca_file: Path | None
    commit: str
    directory: Path
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
    _check(kind, fault)
    link = Link(starter().order({"kind": kind, "fault": fault, "tls": tls, "port": port, "seconds": seconds}))
    try:
        replica = _serving(kind, fault, link)
        return replica.ready() if wait else replica
    except BaseException:
        link.close()
        raise


def _check(kind: str, fault: str | None) -> None:
    check_kind(kind)
    entries = find_faults(kind, fault) if fault is not None else ()
    inside = os.environ.get(NAMESPACE_VARIABLE) == fault
    if not inside and any(entry.needs == "namespace" for entry in entries):
        raise NeedsNamespaceError(
            f"fault {fault!r} is one of the network, not of the replica: run the command in a network "
            f"namespace made for it, as root: python -m smokegate.replica.namespace {fault} -- COMMAND"
        )


def _serving(kind: str, fault: str | None, link: Link) -> Replica:
    """Wait for the addresses of a replica."""
    serving = link.next_message(monotonic() + 30)["serving"]
    return Replica(
        kind=kind,
        fault=fault,
        backend_url=serving["backend_url"],
        frontend_url=serving["frontend_url"],
        ca_file=Path(serving["ca_file"]) if serving["ca_file"] else None,
        commit=serving["commit"],
        directory=Path(serving["directory"]),
        platform=tuple(serving["platform"]) if serving["platform"] else None,
        _link=link,
    )
