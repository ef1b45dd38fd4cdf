"""Under which keys pytest holds what is ours: apart from it, so that a run without us loads nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from smokegate.plugin.session import Run

RUN: pytest.StashKey[Run] = pytest.StashKey()
EMBEDDED, LENT = "smokegate-embedded", "smokegate-pool"
"""The names of the plugins with which a command passes its request, and its connection pool, to a run."""
