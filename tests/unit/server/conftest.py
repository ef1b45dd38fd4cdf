from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def capture() -> Callable[[str], str]:
    """What docker or compose printed once, by the capture's name."""
    return lambda name: (Path(__file__).parent / "captures" / f"{name}.json").read_text("utf-8")
