"""Watches the label of the backend's container while the health check is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.server.containers import inspect
from smokegate.observation.server.host import Host, HostError, connect
from smokegate.observation.server.parse import container_ids
from smokegate.observation.server.project import Project
from smokegate.observation.watching import Watch

if TYPE_CHECKING:
    from smokegate.environment.model import Compose, Server
    from smokegate.observation.transport.pool import Pool

INTERVAL = 1.0
"""Seconds between the end of a look and the next: each starts an ssh connection and two commands."""


class LabelWatch(Watch):
    """Asks every now and then which version the backend's container is labelled with.

    Args:
        server: where the engine is.
        compose: which project and service.
        pool: does the work.
    """

    def __init__(self, server: Server, compose: Compose, pool: Pool) -> None:
        super().__init__(pool)
        self._server = server
        self._compose = compose

    def _check_once(self) -> float:
        try:
            with connect(self._server) as host:
                self._read(host)
        except (HostError, ValueError, OSError):
            # Why not is seen when the server is looked at; the words of a command may hold a secret.
            self.commit, self.line = None, f"container {self._compose.backend}: its label could not be read"
        return INTERVAL

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
