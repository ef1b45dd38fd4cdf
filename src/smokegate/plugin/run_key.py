"""Under which key pytest's configuration holds our run: apart from it, so that a run without us loads nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from smokegate.plugin.session import Run

RUN: pytest.StashKey[Run] = pytest.StashKey()
