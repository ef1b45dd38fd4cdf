"""Shows how waiting goes: one live line in a terminal, a line every 15 seconds where there is none."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from smokegate.plugin.lifecycle import NotStartedError
from smokegate.report.terminal import safe

if TYPE_CHECKING:
    import pytest

    from smokegate.observation.model import Readiness
    from smokegate.plugin.lifecycle import ObservedDeployment
    from smokegate.plugin.session import Run

EVERY = 15.0
"""Seconds between two lines where there is no terminal to rewrite one in."""
LOOK = 0.1
"""Seconds between two looks at where the waiting stands."""


def until_ready(config: pytest.Config, run: Run) -> None:
    """Wait, where the run was asked to, until every deployment is ready or has been given up."""
    if run.settings.wait is None and (run.embedded is None or run.embedded.wait is None):
        return
    reporter: pytest.TerminalReporter | None = config.pluginmanager.getplugin("terminalreporter")
    for name, deployment in run.deployments.items():
        try:
            readiness = _watch(name, deployment, run, reporter)
        except NotStartedError:
            continue
        if reporter is not None:
            if reporter.isatty:
                reporter.rewrite("", erase=True)
            reporter.write_line(safe(f"{name}: {told(readiness)}"))


def _watch(name: str, deployment: ObservedDeployment, run: Run, reporter: pytest.TerminalReporter | None) -> Readiness:
    last = time.monotonic()
    while (readiness := deployment.observer.await_ready(LOOK)) is None:
        line = safe(run.progress.get(name, f"waiting for {name}"))
        if reporter is not None and reporter.isatty:
            reporter.rewrite(line, erase=True)
        elif reporter is not None and time.monotonic() - last >= EVERY:
            last = time.monotonic()
            reporter.write_line(line)
    return readiness


def told(readiness: Readiness) -> str:
    """Return what waiting came to, in one line."""
    polls = f"{readiness.polls} poll{'s' if readiness.polls != 1 else ''}"
    if readiness.ready:
        return f"ready after {readiness.waited:.1f} s ({polls})"
    why = f": {readiness.gave_up}" if readiness.gave_up else ", the time to wait is over"
    return f"not ready after {readiness.waited:.1f} s ({polls}){why}; judging what is there now"
