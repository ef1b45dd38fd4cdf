"""Replicas: the reference deployments that smokegate ships, to try it, to test it and to rehearse failures.

`start("tectonic")` serves a whole deployment on free loopback ports: the application, its database file, its
frontend, and an edge like the real platform's in front. `start("tectonic", "no-server")` serves a broken one.
Importing this package is cheap; servers and databases are imported by the processes that run them. Needs the
`replica` extra.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from smokegate.replica.catalogue import KINDS, Fault, UnknownFaultError, UnknownKindError
from smokegate.replica.process.client import NeedsNamespaceError, Replica, ReplicaError, start

if TYPE_CHECKING:
    from collections.abc import Mapping

    FAULTS: Mapping[str, Mapping[str, Fault]]

__all__ = [
    "FAULTS",
    "KINDS",
    "Fault",
    "NeedsNamespaceError",
    "Replica",
    "ReplicaError",
    "UnknownFaultError",
    "UnknownKindError",
    "start",
]


def __getattr__(name: str) -> Any:
    if name == "FAULTS":
        from smokegate.replica.catalogue import faults  # noqa: PLC0415 -- only where it runs

        return faults()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
