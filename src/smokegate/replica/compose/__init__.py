"""The real stack: the trading platform in containers, as on its server, for as long as a run needs it.

`start()` brings up what `docker-compose.yml` describes under a project name of its own, on free loopback
ports; `start("bad-import")` does so and then breaks it. Needs a docker engine with compose and the
`containers` extra. Importing this package is cheap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.replica.compose.replica import ComposeReplica

__all__ = ["start"]


def start(fault: str | None = None) -> ComposeReplica:
    """Start the stack and wait until it is healthy, or until the fault shows.

    Raises:
        UnknownFaultError: there is no such fault.
        ReplicaError: no engine answers, or the stack did not come up; the text has compose's own words.
    """
    from smokegate.replica.compose.replica import up  # noqa: PLC0415

    return up(fault)
