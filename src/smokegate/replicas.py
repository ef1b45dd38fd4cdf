"""Starts the replica that an environment asks for, and puts its addresses into the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from textwrap import fill, indent
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from smokegate.environment.model import Environment, with_addresses

if TYPE_CHECKING:
    from smokegate.replica import Fault


class UnsuitableFaultError(ValueError):
    """An environment cannot be broken in the way that was requested; the text says why and what there is."""


def start_replica(environment: Environment, fault: str | None) -> tuple[Any, Environment]:
    """Start the replica, wait until it is there, and return it and the environment with its addresses."""
    assert environment.replica is not None
    if environment.replica.kind == "compose":
        from smokegate.replica.compose.replica import start as start_stack  # noqa: PLC0415 - testcontainers is an extra, and heavy

        stack = start_stack(fault)
        there = with_addresses(environment, backend_url=stack.backend_url, frontend_url=stack.frontend_url)
        if there.compose is not None:
            compose = replace(there.compose, directory=str(stack.directory), port=stack.backend_port)
            there = replace(there, compose=compose)
        return stack, there
    from smokegate.replica import start  # noqa: PLC0415 - the replica's server stack is an extra

    replica = start(environment.replica.kind, fault)
    return replica, with_addresses(
        environment,
        backend_url=replica.backend_url,
        frontend_url=replica.frontend_url if environment.frontend else None,
        ca_file=str(replica.ca_file) if replica.ca_file else None,
        platform=replica.platform,
    )


@contextmanager
def placed(environment: Environment, fault: str | None = None) -> Iterator[Environment]:
    """Give the environment with the addresses that it really has; a replica lives as long as the block."""
    if environment.replica is None:
        yield environment
        return
    replica, there = start_replica(environment, fault)
    try:
        yield there
    finally:
        replica.stop()


def check_fault(environment: Environment, fault: str) -> None:
    """Refuse, by UnsuitableFaultError, a fault that an environment cannot have."""
    if environment.replica is None:
        raise UnsuitableFaultError(
            f"--fault={fault}: {environment.name} is a real deployment; only an environment with a [replica] "
            "can be broken on purpose"
        )
    known = faults_of(environment.replica.kind)
    unknown = [name for name in fault.split("+") if name not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, 1)
        hint = f"did you mean {near[0]}?" if near else "by what they break:\n" + _by_kind(environment.replica.kind)
        raise UnsuitableFaultError(f"--fault={fault}: the replica of {environment.name} has no such fault; {hint}")


def faults_of(kind: str) -> Mapping[str, Fault]:
    """Return the faults of a kind of replica, by their names."""
    if kind == "compose":
        from smokegate.replica.compose.faults import FAULTS as COMPOSE  # noqa: PLC0415 - see start_replica

        return COMPOSE
    from smokegate.replica import FAULTS  # noqa: PLC0415 - see start_replica

    return FAULTS[kind]


def _by_kind(kind: str) -> str:
    """Return the faults by the family of the causes that they lead to, a paragraph each."""
    families: dict[str, list[str]] = {}
    for name, fault in faults_of(kind).items():
        first = next(iter(fault.cause), "")
        families.setdefault(first.partition(".")[0] or "other", []).append(name)
    return "\n".join(
        indent(fill(f"{family}: {', '.join(sorted(names))}", 76, subsequent_indent="  ", break_on_hyphens=False), "  ")
        for family, names in sorted(families.items())
    )
