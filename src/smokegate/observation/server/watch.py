"""Watches the label of the backend's container while the health check is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.server.containers import inspect
from smokegate.observation.server.host import Host, HostError, connect
from smokegate.observation.server.parse import container_ids
from smokegate.observation.server.project import Project

if TYPE_CHECKING:
    from smokegate.environment.model import Compose, Server
    from smokegate.observation.transport.pool import Pool

EVERY = 1.0
"""Seconds between the end of a look and the next: each starts an ssh connection and two commands."""


class LabelWatch:
    """Asks every now and then which version the backend's container is labelled with.

    Args:
        server: where the engine is.
        compose: which project and service.
        pool: does the work.
    """

    healing = False
    """A container that is replaced is seen by its label: nothing more is known of what is under way."""
    requests = 0
    """Commands on the server are no requests to the deployment."""

    def __init__(self, server: Server, compose: Compose, pool: Pool) -> None:
        self._server = server
        self._compose = compose
        self._pool = pool
        self._stopped = False
        self.commit: str | None = None
        """The version of the running container; None: none runs, or it has no such label."""
        self.line = ""
        """Where the container stands, in words."""

    def begin(self) -> None:
        """Start; returns at once."""
        self._pool.submit(self, self._look)

    def stop(self) -> None:
        """Ask no more."""
        self._stopped = True

    def _look(self) -> None:
        if self._stopped:
            return
        try:
            with connect(self._server) as host:
                self._read(host)
        except (HostError, ValueError, OSError) as error:
            self.commit, self.line = None, f"the container's label could not be read: {error}"
        self._pool.later(EVERY, lambda: self._pool.submit(self, self._look))

    def _read(self, host: Host) -> None:
        """Read the label of the service's running container."""
        listed = Project(host, self._compose).run("ps", "--format", "json", self._compose.backend)
        found = inspect(host, container_ids(listed.stdout)) if listed.ok else []
        running = [each for each in found if each.running]
        # While one container replaces another, the old version may still answer: only one label is a version.
        labels = {each.revision for each in running}
        self.commit = labels.pop() if len(labels) == 1 else None
        what = f"version {self.commit[:12]}" if self.commit else "no version" if running else "no container"
        self.line = f"container {self._compose.backend}: {what}"
