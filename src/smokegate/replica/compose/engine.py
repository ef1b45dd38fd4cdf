"""This machine's docker engine: used through testcontainers' client, swept of what earlier runs left."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from smokegate.replica.process.client import ReplicaError

DIRECTORY_LABEL = "smokegate.directory"
"""On everything that belongs to a stack: the directory that its owner holds locked for as long as it lives.
"""
IMAGE_LABEL = "smokegate.replica=compose"
KEPT = timedelta(days=1)
LOCK = ".lock"
GONE = (404, 409)
"""What the engine answers where there is no such container, or where it is being removed."""


def client() -> Any:
    """Return a client of the engine (`docker.DockerClient`), or raise what is missing for it."""
    try:
        from testcontainers.core.docker_client import DockerClient  # noqa: PLC0415
    except ImportError as missing:
        hint = "pip install 'smokegate[containers]'"
        raise ReplicaError(f"the compose replica needs the `containers` extra: {hint} ({missing})") from missing
    from docker.errors import DockerException  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        found = DockerClient().client
        found.ping()
    except DockerException as error:
        raise ReplicaError(f"the compose replica needs a docker engine, and none answers: {error}") from error
    return found


def hold(directory: Path) -> int:
    """Lock a stack's directory until this process ends, however it ends; return the lock's descriptor."""
    descriptor = os.open(directory / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor


def abandoned(directory: Path) -> bool:
    """Return whether no process holds a stack's directory any more."""
    try:
        descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def sweep_abandoned(engine: Any) -> tuple[str, ...]:
    """Remove every stack whose owner is gone; return their directories."""
    found = {each.labels.get(DIRECTORY_LABEL, "") for each in _containers(engine, DIRECTORY_LABEL)}
    found |= {(each.attrs.get("Labels") or {}).get(DIRECTORY_LABEL, "") for each in _volumes(engine, DIRECTORY_LABEL)}
    gone = tuple(sorted(each for each in found if each and abandoned(Path(each))))
    for each in gone:
        sweep(engine, Path(each))
    return gone


def sweep(engine: Any, directory: Path) -> None:
    """Remove a stack's containers, networks, volumes and directory.

    What is gone already is no matter, nor what another process that found the same stack is removing.
    """
    from docker.errors import APIError  # noqa: PLC0415

    label = f"{DIRECTORY_LABEL}={directory}"
    for container in _containers(engine, label):
        try:
            if container.status == "paused":
                container.unpause()
            container.remove(force=True, v=True)
        except APIError as error:
            if error.status_code not in GONE:
                raise
    for rest in (*engine.networks.list(filters={"label": label}), *_volumes(engine, label)):
        with contextlib.suppress(APIError):
            rest.remove()
    shutil.rmtree(directory, ignore_errors=True)


def prune_images(engine: Any, tag: str) -> None:
    """Remove the images of earlier versions of the replica, once they are older than a day and unused."""
    from docker.errors import APIError  # noqa: PLC0415 -- heavy

    for image in engine.images.list(filters={"label": IMAGE_LABEL}):
        current = any(name.endswith(f":{tag}") for name in image.tags)
        made = datetime.fromisoformat(image.attrs["Created"][:19]).replace(tzinfo=UTC)
        if not current and datetime.now(UTC) - made > KEPT:
            with contextlib.suppress(APIError):
                engine.images.remove(image.id, force=len(image.tags) > 1)


def _containers(engine: Any, label: str) -> list[Any]:
    found: list[Any] = engine.containers.list(all=True, filters={"label": label}, ignore_removed=True)
    return found


def _volumes(engine: Any, label: str) -> list[Any]:
    found: list[Any] = engine.volumes.list(filters={"label": label})
    return found
