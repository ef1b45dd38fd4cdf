"""Watches the version label of the backend's container during the readiness wait."""

from __future__ import annotations

from smokegate.environment.model import Compose, Server
from smokegate.observation.plan.readiness_poll import Watch
from smokegate.observation.server.containers import Project, inspect
from smokegate.observation.server.host import Host, HostError, connect
from smokegate.observation.server.parse import container_ids
from smokegate.observation.transport.pool import Pool

INTERVAL = 1.0
"""Seconds between two polls: each opens an ssh connection and runs two commands."""


class LabelWatch(Watch):
    """Polls the version label of the backend's container."""

    def __init__(self, server: Server, compose: Compose, pool: Pool) -> None:
        super().__init__(pool)
        self._server = server
        self._compose = compose

    def _check_once(self) -> float:
        try:
            with connect(self._server) as host:
                self._read(host)
        except (HostError, ValueError, OSError):
            # The server collection reports why; a command's output may contain a secret.
            self.commit, self.line = None, f"container {self._compose.backend}: its label could not be read"
        return INTERVAL

    def _read(self, host: Host) -> None:
        """Read the label of the service's running container."""
        listed = Project(host, self._compose).run("ps", "--format", "json", self._compose.backend)
        found = inspect(host, container_ids(listed.stdout)) if listed.ok else []
        running = [each for each in found if each.running]
        # During a rolling replacement the old version may still respond: the version is known only if unique.
        labels = {each.revision for each in running}
        self.commit = labels.pop() if len(labels) == 1 else None
        what = f"version {self.commit[:12]}" if self.commit else "no version" if running else "no container"
        self.line = f"container {self._compose.backend}: {what}"
