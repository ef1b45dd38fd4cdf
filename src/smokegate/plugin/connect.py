"""Connects a check's view of a deployment with the run that observes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from smokegate.plugin.failures import Blocked
from smokegate.plugin.fixtures import Case
from smokegate.plugin.lifecycle import NotStartedError
from smokegate.plugin.run_key import RUN
from smokegate.plugin.view import Deployment

if TYPE_CHECKING:
    from smokegate.plugin.source import Source


def view_of(config: pytest.Config, case: Case) -> Deployment:
    """Return a case's view. Nothing is requested before something is read from it."""
    run = config.stash[RUN]
    assert run is not None

    def connect() -> Source:
        if not run.settings.observes:
            pytest.skip("nothing is sent with --setup-only and --setup-plan")
        observed = run.deployment(case.environment)
        if not observed.begun:
            observed.start(())
        try:
            return observed.observer
        except NotStartedError as broken:
            raise Blocked(str(broken)) from None

    return Deployment(connect, case.endpoint, run.touched.append, run)
