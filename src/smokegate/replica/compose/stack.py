"""One project directory as it would stand on the server, and the compose commands that are given in it."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import socket
import subprocess
import time
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smokegate.replica.plan import commit_of
from smokegate.replica.process.client import ReplicaError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROFILE = "aws"
BACKEND, DATABASE, UPDATER, FRONTEND, NGINX = "backend-aws", "db", "market-updater-aws", "frontend-aws", "nginx"
SERVICES = (DATABASE, BACKEND, UPDATER, FRONTEND, NGINX)
OVERRIDE = "docker-compose.override.yml"
BUILT = "2026-11-21T12:00:00Z"
HERE = Path(__file__).parent
NOT_IN_THE_IMAGE = ("__pycache__", "faults", "tectonic", "edge", "*.yml", "nginx.conf")
COMMAND_SECONDS = 600.0
"""A build on a machine that has none of the images yet takes some minutes."""
PACE = 0.1
PORTS = range(20000, 32768)


class Stack:
    """A compose project: its directory, its ports, its containers."""

    def __init__(self, engine: Any, directory: Path) -> None:
        self.engine = engine
        self.directory = directory
        self.project = directory.name.lower()
        self.edge_port, self.backend_port = free_ports(2)
        self.commit = commit_of("compose")
        self.tag = "latest"

    def lay_out(self) -> None:
        """Write the project directory: compose file, configuration, sources to build from, and `.env`."""
        for name in ("docker-compose.yml", "nginx.conf"):
            shutil.copy(HERE / name, self.directory)
        shutil.copytree(HERE.parent, self.directory / "replica", ignore=shutil.ignore_patterns(*NOT_IN_THE_IMAGE))
        self.tag = fingerprint(self.directory / "replica")
        values = {
            "COMPOSE_PROJECT_NAME": self.project,
            "SMOKEGATE_DIRECTORY": str(self.directory),
            "EDGE_PORT": self.edge_port,
            "BACKEND_PORT": self.backend_port,
            "COMMIT": self.commit,
            "BUILD_TIME": BUILT,
            "IMAGE_TAG": self.tag,
        }
        lines = "".join(f"{name}={value}\n" for name, value in values.items())
        (self.directory / ".env").write_text(lines, "utf-8")

    def override(self, services: Mapping[str, Mapping[str, Any]]) -> None:
        """Change the project as an edit of its compose file would; takes effect at the next `up`."""
        (self.directory / OVERRIDE).write_text(json.dumps({"services": services}, indent=2), "utf-8")

    def compose(self, *words: str, check: bool = True) -> str:
        """Give a compose command in the project's directory and return what it wrote; `check` its success."""
        command = ["docker", "compose", "--profile", PROFILE, *words]
        done = subprocess.run(
            command,
            cwd=self.directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if check and done.returncode != 0:
            said = (done.stderr or done.stdout).strip()[-2000:]
            raise ReplicaError(f"`docker compose {' '.join(words)}` failed in {self.directory}: {said}")
        return done.stdout + done.stderr

    def container(self, service: str) -> Any | None:
        """Return a service's container (docker's model of it) as it is now, None where there is none."""
        labels = [f"com.docker.compose.project={self.project}", f"com.docker.compose.service={service}"]
        found = self.engine.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
        return found[0] if found else None

    def state(self, service: str) -> dict[str, Any]:
        """Return `State` of a service's container, with its `RestartCount`; empty where there is none."""
        container = self.container(service)
        return (
            {} if container is None else {**container.attrs["State"], "RestartCount": container.attrs["RestartCount"]}
        )

    def until(self, what: str, holds: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait until something holds, at most so long."""
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                raise ReplicaError(f"{self.project}: waited {seconds:g} s, and this did not happen: {what}")
            time.sleep(PACE)


def fingerprint(sources: Path) -> str:
    """Return a tag for the images that are built from a directory: the same sources, the same tag."""
    digest = sha256()
    for path in sorted(each for each in sources.rglob("*") if each.is_file()):
        digest.update(f"{path.relative_to(sources)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def free_ports(count: int) -> list[int]:
    """Return loopback ports that nothing listens on right now, all different.

    They lie below those that systems give to outgoing connections and to servers that ask for any port (from 32768 on
    Linux, 49152 elsewhere): a container that is stopped for a fault must find its port free when it starts again.
    """
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.append(port)
        if len(found) == count:
            break
    return found
