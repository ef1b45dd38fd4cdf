"""A replica that does not start ends the wait for it."""

from __future__ import annotations

import threading

import pytest

from smokegate import replicas
from smokegate.environment.model import Environment
from smokegate.observation.browser import engine
from smokegate.observation.observer import Observer
from smokegate.plugin import lifecycle


def test_a_replica_that_never_starts_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the limit the waiting caller gets an error, and the run has its reason."""
    release = threading.Event()
    monkeypatch.setattr(replicas, "start_replica", lambda *_: release.wait())
    monkeypatch.setattr(lifecycle, "STARTING", 0.0)
    monkeypatch.setattr(lifecycle, "SLICE", 0.01)
    declared = Environment.read({"name": "local", "title": "Local", "replica": {"kind": "tectonic"}})
    observed = lifecycle.ObservedDeployment(declared, Observer)
    observed.start()
    try:
        with pytest.raises(lifecycle.NotStartedError, match="local: the replica had not started after 0 s"):
            _ = observed.observer
        assert "had not started" in str(observed.failure)
    finally:
        release.set()


class Recorded:
    """An engine that counts its users and starts nothing."""

    def __init__(self) -> None:
        self.users, self.warmed = 0, False

    def use(self):
        """Count a user until it leaves."""
        self.users += 1

        def leave() -> None:
            self.users = 0

        return leave

    def warm(self) -> None:
        """Note that the browser is started early."""
        self.warmed = True


@pytest.mark.parametrize(
    ("groups", "wait", "warmed"),
    [({"browser", "health"}, None, True), (None, None, True), ({"health"}, None, False), (None, 60.0, False)],
)
def test_browser_starts_beside_the_replica_only_where_a_check_needs_it(
    monkeypatch: pytest.MonkeyPatch, groups, wait: float | None, *, warmed: bool
) -> None:
    """Not where none of the selected checks reads it, and not before a wait; a replica that fails lets it go."""
    recorded = Recorded()
    monkeypatch.setattr(engine, "ENGINE", recorded)
    monkeypatch.setattr(replicas, "start_replica", lambda *_: 1 / 0)
    table = {"name": "local", "title": "Local", "replica": {"kind": "tectonic"}, "browser": {}}
    observed = lifecycle.ObservedDeployment(Environment.read(table), Observer, waits=wait is not None)
    observed.start(groups)
    with pytest.raises(lifecycle.NotStartedError):
        _ = observed.observer
    observed.close()

    assert recorded.warmed is warmed
    assert recorded.users == 0
