"""Starts the replica that an environment asks for, and puts its addresses into the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from smokegate.environment.model import with_addresses

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.replica import Replica


def start_replica(environment: Environment, fault: str | None) -> tuple[Replica, Environment]:
    """Start the replica, wait until it is there, and return it with the environment that has its addresses."""
    assert environment.replica is not None
    if environment.replica.kind == "compose":
        from smokegate.replica import compose  # noqa: PLC0415 - testcontainers is an extra, and heavy

        return compose.start_for(environment, fault)
    from smokegate.replica import start  # noqa: PLC0415 - the replica's server stack is an extra

    replica = start(environment.replica.kind, fault)
    placed = with_addresses(
        environment,
        backend_url=replica.backend_url,
        frontend_url=replica.frontend_url if environment.frontend else None,
        ca_file=str(replica.ca_file) if replica.ca_file else None,
    )
    return replica, placed


def check_fault(environments: tuple[Environment, ...], fault: str) -> None:
    """Refuse a fault that the selected replicas do not know.

    Raises:
        pytest.UsageError: an environment has no replica, or its replica does not know the fault.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - only on this path

    for environment in environments:
        if environment.replica is None:
            raise pytest.UsageError(
                f"--fault={fault}: {environment.name} is a real deployment; only an environment with a [replica] can be broken on purpose"
            )
        known = known_faults(environment.replica.kind)
        if fault not in known:
            near = get_close_matches(fault, known, 1)
            hint = f"did you mean {near[0]}?" if near else "they are: " + ", ".join(sorted(known))
            raise pytest.UsageError(
                f"--fault={fault}: the replica of {environment.name} has no such fault; {hint}"
            )


def known_faults(kind: str) -> tuple[str, ...]:
    """Return the names of the faults of a kind of replica."""
    if kind == "compose":
        from smokegate.replica.compose.faults import FAULTS as COMPOSE  # noqa: PLC0415 - see start_replica

        return tuple(COMPOSE)
    from smokegate.replica import FAULTS  # noqa: PLC0415 - see start_replica

    return tuple(FAULTS[kind])
