"""What the compose replica removes of its own images, and what it leaves alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import APIError

from smokegate.replica.compose.engine import IMAGE_LABEL, prune_images


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
