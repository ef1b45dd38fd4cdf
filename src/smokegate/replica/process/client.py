"""The caller's side of replicas: request one, wait for it, stop it."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

from smokegate.replica.catalogue import check_kind, find_faults
from smokegate.replica.process.starter import starter

NAMESPACE_VARIABLE = "SMOKEGATE_NAMESPACE"
"""Set inside a network namespace of `smokegate.replica.namespace`, to the fault it was made for."""


class ReplicaError(RuntimeError):
    """A replica could not be started; the text says why, with the end of its log."""


class NeedsNamespaceError(ReplicaError):
    """The fault lies in the network itself and needs a network namespace; the text says how to get one."""


class Replica:
    """A running deployment. Leave its `with` block, or call `stop`, and nothing of it is left.

    `ca_file` holds the certificate authority to trust where the URLs are https. `directory` holds its database and
    goes away with it. `platform` is the address of the platform's API, and the key to it, where the kind has one.
    The end of the channel to its supervisor ends it, however that comes about.
    """

    def __init__(self, kind: str, fault: str | None, channel: socket.socket) -> None:
        self._channel = channel
        self._received = b""
        self._lock = threading.RLock()
        self.pids: tuple[int, ...] = ()
        """The processes of this replica, its supervisor first; empty before it is ready."""
        serving = self._next_message(30)["serving"]
        self.kind = kind
        self.fault = fault
        self.backend_url: str = serving["backend_url"]
        self.frontend_url: str = serving["frontend_url"]
        self.ca_file = Path(serving["ca_file"]) if serving["ca_file"] else None
        self.commit: str = serving["commit"]
        self.directory = Path(serving["directory"])
        self.platform: tuple[str, str] | None = tuple(serving["platform"]) if serving["platform"] else None

    def ready(self, timeout: float = 30.0) -> Self:
        """Wait until every process serves, at most `timeout` seconds.

        Raises:
            ReplicaError: a process ended before it could serve, or time ran out.
        """
        with self._lock:
            if not self.pids:
                self.pids = tuple(self._next_message(timeout)["ready"])
        return self

    def _next_message(self, timeout: float) -> dict[str, Any]:
        """Return the next line from the supervisor; a failure that it reports, its end or silence is an error."""
        deadline = monotonic() + timeout
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

    def stop(self) -> None:
        """End every process and delete every file. Stopping twice is once."""
        with self._lock:
            _hang_up(self._channel)

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
    try:
        channel = starter().order({"kind": kind, "fault": fault, "tls": tls, "port": port, "seconds": seconds})
    except OSError as error:
        raise ReplicaError("the process that starts replicas has ended") from error
    try:
        replica = Replica(kind, fault, channel)
        return replica.ready() if wait else replica
    except BaseException:
        _hang_up(channel)
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


def _hang_up(channel: socket.socket) -> None:
    """Close a channel, and wait until the supervisor does so, last of all."""
    if channel.fileno() == -1:
        return
    try:
        channel.shutdown(socket.SHUT_WR)
        channel.settimeout(10)
        while channel.recv(65536):
            pass
    except OSError:  # the supervisor was killed: nothing to wait for
        pass
    finally:
        channel.close()
