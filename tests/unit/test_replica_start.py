"""A replica that does not start ends the wait for it."""

from __future__ import annotations

import threading

import pytest

from smokegate import replicas
from smokegate.environment.model import Environment
from smokegate.observation.observer import Pool
from smokegate.plugin import lifecycle


def test_a_replica_that_never_starts_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the limit the waiting caller gets an error, and the run has its reason."""
    release = threading.Event()
    monkeypatch.setattr(replicas, "start_replica", lambda *_: release.wait())
    monkeypatch.setattr(lifecycle, "STARTING", 0.0)
    monkeypatch.setattr(lifecycle, "SLICE", 0.01)
    declared = Environment.model_validate({"name": "local", "title": "Local", "replica": {"kind": "tectonic"}})
    pool = Pool()
    observed = lifecycle.ObservedDeployment(declared, pool, lifecycle.CheckOptions(), lambda _: None)
    observed.start()
    try:
        with pytest.raises(lifecycle.NotStartedError, match="local: the replica had not started after 0 s"):
            _ = observed.observer
        assert "had not started" in str(observed.failure)
    finally:
        release.set()
        pool.close()
