"""The real stack: the trading platform in containers, as on its server, for as long as a run needs it.

`start()` brings up what `docker-compose.yml` describes under a project name of its own, on free loopback
ports; `start("bad-import")` does so and then breaks it. Needs a docker engine with compose and the
`containers` extra. Importing this package is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smokegate.replica.compose.replica import ComposeReplica

__all__ = ["start", "start_for"]


def start(fault: str | None = None) -> ComposeReplica:
    """Start the stack and wait until it is healthy, or until the fault shows.

    Raises:
        UnknownFaultError: there is no such fault.
        ReplicaError: no engine answers, or the stack did not come up; the text has compose's own words.
    """
    from smokegate.replica.compose.replica import up  # noqa: PLC0415

    return up(fault)


def start_for(environment: Any, fault: str | None = None) -> tuple[ComposeReplica, Any]:
    """Start the stack and return it with the environment that has its addresses, port and directory.

    The environment is a `smokegate.environment.model.Environment`, which this package does not import: a
    replica knows nothing of what judges it. Raises what `start` raises.
    """
    from msgspec.structs import replace  # noqa: PLC0415 -- the stack's images are built without it

    replica = start(fault)
    sections: dict[str, dict[str, Any]] = {
        "backend": {"url": replica.backend_url},
        "frontend": {"url": replica.frontend_url},
        "compose": {"directory": str(replica.directory), "port": replica.backend_port},
    }
    placed = {
        name: replace(section, **values)
        for name, values in sections.items()
        if (section := getattr(environment, name)) is not None
    }
    return replica, replace(environment, **placed)
