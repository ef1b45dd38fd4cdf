"""What the compose replica removes of its own on the engine, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import APIError

from smokegate.replica.compose.engine import IMAGE_LABEL, prune_images, sweep


class Images:
    """An engine's images; remembers what was removed."""

    def __init__(self, *images: Any) -> None:
        self.images = images
        self.removed: list[str] = []

    def list(self, filters: dict[str, str]) -> tuple[Any, ...]:
        """Return the images of the label that is requested."""
        assert filters == {"label": IMAGE_LABEL}
        return self.images

    def remove(self, name: str, *, force: bool) -> None:  # noqa: ARG002 -- the engine's signature
        """Remove an image, unless it is in use."""
        if name == "in use":
            raise APIError("conflict")
        self.removed.append(name)


def image(name: str, tag: str, age: timedelta) -> Any:
    created = (datetime.now(UTC) - age).isoformat()
    return SimpleNamespace(id=name, tags=[f"smokegate-replica-backend:{tag}"], attrs={"Created": created})


DAYS = timedelta(days=2)


@pytest.mark.parametrize(
    ("one", "removed"),
    [
        (image("old", "v1", DAYS), ["old"]),
        (image("current", "v2", DAYS), []),
        (image("young", "v1", timedelta(hours=1)), []),
        (image("in use", "v1", DAYS), []),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_only_old_images_that_no_one_uses_are_removed(one: Any, removed: list[str]) -> None:
    images = Images(one)
    prune_images(SimpleNamespace(images=images), "v2")
    assert images.removed == removed


class Container:
    """A container of an abandoned stack, which the engine refuses to remove."""

    status = "running"

    def __init__(self, refused_with: HTTPStatus) -> None:
        self._code = refused_with

    def remove(self, *, force: bool, v: bool) -> None:  # noqa: ARG002 -- the engine's signature
        """Refuse."""
        raise APIError("refused", response=SimpleNamespace(status_code=self._code))


def swept(directory: Path, refused_with: HTTPStatus) -> None:
    """Sweep a stack that is in this directory."""
    nothing = SimpleNamespace(list=lambda **_: [])
    containers = SimpleNamespace(list=lambda **_: [Container(refused_with)])
    sweep(SimpleNamespace(containers=containers, networks=nothing, volumes=nothing), directory)


@pytest.mark.parametrize("code", [HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT])
def test_a_stack_that_another_process_is_removing_too_is_removed(tmp_path: Path, code: HTTPStatus) -> None:
    """Two runs that begin at once find the same abandoned stack: neither fails for the other's sake."""
    directory = tmp_path / "stack"
    directory.mkdir()
    swept(directory, code)
    assert not directory.exists()


def test_a_container_that_cannot_be_removed_is_an_error(tmp_path: Path) -> None:
    """What it holds, a port say, would fail the next stack without a word about why."""
    with pytest.raises(APIError):
        swept(tmp_path, HTTPStatus.INTERNAL_SERVER_ERROR)
