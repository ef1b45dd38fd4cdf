"""A running stack: started by testcontainers, everything of it removed at the end."""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from smokegate.replica.catalogue import known
from smokegate.replica.compose import engine as engines
from smokegate.replica.compose.faults import FAULTS
from smokegate.replica.compose.stack import PROFILE, SERVICES, Stack
from smokegate.replica.process.client import ReplicaError


class ComposeReplica:
    """A running stack. Leave its `with` block, or call `stop`, and nothing of it is left.

    The same handle as `smokegate.replica.Replica`, with the port on which the backend listens on this
    machine and the project in which compose commands can be given.
    """

    kind = "compose"
    ca_file = None

    def __init__(self, fault: str | None, stack: Stack, lock: int) -> None:
        self.fault = fault
        self.stack = stack
        self.backend_url = self.frontend_url = f"http://127.0.0.1:{stack.edge_port}"
        self.backend_port = stack.backend_port
        self.commit = stack.commit
        self.directory = stack.directory
        self.project = stack.project
        self._lock = lock
        self._stopped = False

    def ready(self, timeout: float = 0.0) -> Self:  # noqa: ARG002
        """Return itself: `start` returns a stack only once it is healthy, or its fault shows."""
        return self

    def stop(self) -> None:
        """Remove containers, networks, volumes and directory. Stopping twice is once."""
        if self._stopped:
            return
        self._stopped = True
        atexit.unregister(self.stop)
        if self.fault is not None:
            FAULTS[self.fault].end(self.stack)
        engines.sweep(self.stack.engine, self.directory)
        self.stack.engine.close()
        os.close(self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(fault: str | None = None) -> ComposeReplica:
    """Start the stack and wait until it is healthy; then break it if a fault is named, until that shows.

    Raises:
        UnknownFaultError: there is no such fault.
        ReplicaError: no engine answers, or the stack did not come up; the text has compose's own words.
    """
    broken = None if fault is None else known(fault, "compose", FAULTS)
    client = engines.client()
    engines.sweep_abandoned(client)
    directory = Path(tempfile.mkdtemp(prefix="smokegate-compose-")).resolve()
    lock = engines.hold(directory)
    stack = Stack(client, directory)
    replica = ComposeReplica(fault, stack, lock)
    atexit.register(replica.stop)
    try:
        stack.lay_out()
        _start(stack)
        engines.prune_images(client, stack.tag)
        if broken is not None:
            broken.behaviour(stack)
    except BaseException:
        replica.stop()
        raise
    return replica


def _start(stack: Stack) -> None:
    """Bring up every service of the profile and wait until those with a health check are healthy."""
    from testcontainers.compose import DockerCompose  # noqa: PLC0415

    # It logs whole outputs where a command fails; the error below has what counts of them.
    quiet = logging.getLogger("testcontainers.compose.compose")
    quiet.setLevel(logging.CRITICAL)
    compose: Any = DockerCompose(stack.directory, profiles=[PROFILE], wait=True, quiet_build=True)
    try:
        compose.start()
    except subprocess.CalledProcessError as error:
        raise ReplicaError(f"the stack did not come up: {_reason(error)}{_last_words(stack)}") from error
    finally:
        quiet.setLevel(logging.NOTSET)


def _reason(error: subprocess.CalledProcessError) -> str:
    """Return what compose said, without its progress lines."""
    lines = bytes(error.stderr or error.stdout or b"").decode(errors="replace").splitlines()
    said = [line for line in lines if line.strip() and not line.startswith(" ")]
    return "\n".join(said or lines)[-2000:]


def _last_words(stack: Stack) -> str:
    """Return the end of the log of each service that does not run or is not healthy."""
    found = ""
    for service in SERVICES:
        container = stack.container(service)
        if container is not None and _poorly(container.attrs["State"]):
            log = container.logs(tail=15).decode(errors="replace")
            found += f"\n--- the end of the log of {service}:\n{log}"
    return found


def _poorly(state: dict[str, Any]) -> bool:
    health = (state.get("Health") or {}).get("Status", "healthy")
    return state.get("Status") != "running" or health != "healthy"
