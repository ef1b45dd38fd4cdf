"""Shows how waiting goes: one live line in a terminal, a line every 15 seconds where there is none."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from smokegate.plugin.deployment import NotStartedError

if TYPE_CHECKING:
    import pytest

    from smokegate.plugin.session import Run

EVERY = 15.0
LOOK = 0.1


def until_ready(config: pytest.Config, run: Run) -> None:
    """Wait, where the run was asked to, until every deployment of this process is ready or has been given up."""
    if run.settings.wait is None:
        return
    reporter = config.pluginmanager.getplugin("terminalreporter")
    last = time.monotonic()
    for name, deployment in run.deployments.items():
        try:
            ready = deployment.observer.ready
        except NotStartedError:
            continue
        while not ready.wait(LOOK):
            line = f"{name}: {run.progress.get(name, 'waiting')}"
            if reporter is not None and reporter.isatty:
                reporter.rewrite(line, erase=True)
            elif reporter is not None and time.monotonic() - last >= EVERY:
                last = time.monotonic()
                reporter.write_line(line)
        if reporter is not None and reporter.isatty:
            reporter.rewrite("", erase=True)
        if reporter is not None and name in run.progress:
            reporter.write_line(f"{name}: {run.progress[name]}")
