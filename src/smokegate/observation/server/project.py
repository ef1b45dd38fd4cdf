"""The compose project on the server: its commands, and why they fail."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from smokegate.environment.model import Compose
from smokegate.observation.server.causes import CommandCause, docker_cause
from smokegate.observation.server.host import Host, Output
from smokegate.observation.server.model import CommandFailure


class Project:
    """A compose project on a host: builds its commands and explains their failures."""

    def __init__(self, host: Host, compose: Compose) -> None:
        self.host = host
        self.compose = compose
        self.directory = _home(compose.directory, remote=host.remote)

    def argv(self, *words: str) -> list[str]:
        """Return the arguments of a compose command for this project and profile."""
        base = ["docker", "compose", "--project-directory", self.directory]
        for name in self.compose.files:
            base += ["--file", str(PurePosixPath(self.directory) / name)]
        if self.compose.project:
            base += ["--project-name", self.compose.project]
        if self.compose.profile:
            base += ["--profile", self.compose.profile]
        return [*base, *words]

    def run(self, *words: str, timeout: float | None = None) -> Output:
        """Run a compose command for this project.

        Raises:
            HostError: the server could not be reached, or the command timed out.
        """
        return self.host.run(self.argv(*words), timeout)

    def failure(self, output: Output) -> CommandFailure:
        """Return why a command for this project failed; checks whether the directory exists if necessary.

        Raises:
            HostError: the server could not be reached, or the command timed out.
        """
        cause = docker_cause(output.stderr)
        if cause is CommandCause.NO_COMPOSE_FILE and not self.host.run(["test", "-d", self.directory]).ok:
            cause = CommandCause.NO_PROJECT_DIRECTORY
        return output.failure(cause)


def _home(directory: str, *, remote: bool) -> str:
    """Expand a leading `~/`, as no shell does it; commands over ssh start in the user's home."""
    if not directory.startswith("~/"):
        return directory
    return directory.removeprefix("~/") if remote else str(Path(directory).expanduser())
