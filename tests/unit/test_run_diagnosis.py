"""What the failures of one run are explained by."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from smokegate.diagnosis import engine
from smokegate.plugin.session import EACH_DIAGNOSED, Run


def test_many_failures_share_few_diagnoses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes as long as there are answers; one for each failure would take the square of that."""
    made: list[int] = []
    monkeypatch.setattr(engine, "diagnose", lambda *_: made.append(1) or len(made))
    deployment = SimpleNamespace(environment=None, observation=None)
    run: Any = SimpleNamespace(
        _diagnosed={}, outcomes={"shop": {}}, deployment=lambda _: deployment, settings=SimpleNamespace(command="{}")
    )

    served = [Run.diagnosis(run, "shop") for _ in range(1000)]

    assert served[:EACH_DIAGNOSED] == list(range(1, EACH_DIAGNOSED + 1))
    assert len(made) < EACH_DIAGNOSED + 10
    assert served[-1] == len(made)
