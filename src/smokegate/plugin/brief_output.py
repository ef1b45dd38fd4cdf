"""What a run over deployments prints by default: no rows of dots, no cause once per failed check; then the verdict.

`-v` has all that pytest shows, `-q` less.
"""

from __future__ import annotations

from typing import Any

import pytest
from _pytest.terminal import TerminalReporter

from smokegate.plugin.options import worker_slot
from smokegate.plugin.run_key import RUN

BRIEF = pytest.StashKey[bool]()
"""Whether `-q` requested less than the default; not there where pytest's usual detail is shown."""
USUAL = "fE"
"""The short test summary that pytest shows where no `-r` is given."""


class BriefReporter(TerminalReporter):  # type: ignore[misc] # final to type checkers alone
    """pytest's reporter without what the verdict block says better.

    Tests that are not checks of a deployment, and errors before or around the checks, are shown as pytest shows them.
    """

    def pytest_runtest_logstart(self, nodeid: str, location: tuple[str, int | None, str]) -> None:
        """Write no path."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count, and write no letter."""
        self._tests_ran = True
        category = self.config.hook.pytest_report_teststatus(report=report, config=self.config)[0]
        self._add_stats(category, [report])

    def rewrite(self, line: str, **markup: bool) -> None:
        """Leave out what pytest-xdist says of its workers: the live line is ours."""

    def write_line(self, line: str | bytes, **markup: bool) -> None:
        """Write no empty line, as pytest-xdist does below that."""
        if line:
            super().write_line(line, **markup)

    def getreports(self, name: str) -> list[Any]:
        """Return the reports that are shown one by one: not those of checks."""
        return [each for each in super().getreports(name) if not _of_check(each)]

    def short_test_summary(self) -> None:
        """Show it only where it was requested."""
        if self.config.option.reportchars != USUAL:
            super().short_test_summary()

    def summary_stats(self) -> None:
        """Count nothing twice: the verdict does."""


def _of_check(report: Any) -> bool:
    """Whether the verdict block says it: a check's report, or that of a worker that crashed."""
    return getattr(report, "when", "") == "???" or bool((getattr(report, "smokegate", None) or {}).get("environment"))


def begin(config: pytest.Config) -> None:
    """Have the run's reporter print less, unless `-v` asks for more or the reporter is another plugin's."""
    settings, reporter = config.stash[RUN].settings, config.pluginmanager.getplugin("terminalreporter")
    if not (settings.explicit and settings.observes) or worker_slot() is not None:
        return
    if type(reporter) is not TerminalReporter or config.option.verbose > 0:
        return
    if (other := config.pluginmanager.getplugin("terminaldistreporter")) is not None:
        config.pluginmanager.unregister(other)  # pytest-xdist's lines about its workers: the verdict says what matters
    config.stash[BRIEF] = config.option.verbose < 0
    config.option.verbose = min(-1, config.option.verbose)
    config.pluginmanager.unregister(reporter)
    reporter.__class__ = BriefReporter
    config.pluginmanager.register(reporter, "terminalreporter")
