"""Gathers the outcomes, has the verdict decided, and has it told: by exit code, files and terminal."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from smokegate.plugin.options import worker_slot
from smokegate.plugin.outcomes import gather
from smokegate.plugin.run_report import report_of
from smokegate.report import html, terminal
from smokegate.report import json as json_report

if TYPE_CHECKING:
    from smokegate.plugin.session import Run
    from smokegate.report.model import RunReport

#: Exit codes of pytest in whose place the verdict's comes.
#: All others (2 interrupted, 3 internal error, 4 usage, 5 nothing collected) stand.
OURS = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}


def name_reports(config: pytest.Config, run: Run) -> None:
    """Have pytest-html and pytest's JUnit writer write beside our reports, unless other files are named."""
    base = run.settings.reports / run.settings.label
    if config.option.htmlpath is None:
        config.option.htmlpath = str(base.with_name(f"{base.name}.html"))
        config.option.self_contained_html = True
        config.option.css = [*config.option.css, str(html.STYLE)]
    if config.option.xmlpath is None:
        config.option.xmlpath = str(base.with_name(f"{base.name}.xml"))


class Reporting:
    """The hooks that run while a run's outcomes come in and when it ends."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._told: RunReport | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take over the outcome of one test."""
        gather(self._run, report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, Any, Any]:
        """Decide before the writers of reports run, and write what they do not."""
        cut_short = exitstatus not in {*OURS, pytest.ExitCode.NO_TESTS_COLLECTED} or bool(
            session.shouldstop or session.shouldfail
        )
        self._run.collect_results(cut_short=cut_short)
        self._run.close()
        if worker_slot() is not None:
            from smokegate.plugin import workers  # noqa: PLC0415 - imports xdist, which only `-n` needs

            workers.hand_over(session.config, self._run)
        elif self._run.settings.observes and self._engaged:
            self._tell(session, exitstatus, cut_short=cut_short)
        result = yield
        if self._told is not None and session.config.option.htmlpath:
            html.finish(Path(session.config.option.htmlpath), self._told)
        return result

    @property
    def _engaged(self) -> bool:
        """Whether the run is about deployments: by `--env`, or since checks were collected."""
        return self._run.settings.explicit or any(self._run.planned.values())

    def _tell(self, session: pytest.Session, exitstatus: int, *, cut_short: bool) -> None:
        run = self._run
        seconds = time.perf_counter() - run.clock
        told = report_of(run, seconds, exitstatus, cut_short=cut_short)
        session.exitstatus = told.exit
        self._told = told
        json_report.write(told, run.settings.reports / f"{run.settings.label}.json")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell the verdict after pytest's own summary."""
        if self._told is None:
            return
        page = terminalreporter.config.option.htmlpath
        terminalreporter.section("smoke", sep="=")
        for line in terminal.summary(self._told, page):
            markup = {line.colour: True, "bold": line.bold} if line.colour else {}
            terminalreporter.write_line(line.text, **markup)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str], session: pytest.Session) -> None:
        """Put our first screen above pytest-html's table."""
        if self._told is not None:
            html.clean_metadata(session.config)
            prefix.append(html.first_screen(self._told))

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_report_title(self, report: Any) -> None:
        """Name the page; the verdict is put in when it is known."""
        report.title = "Smoke"

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_header(self, cells: list[str]) -> None:
        """Replace the links' column by the reason."""
        cells[3:] = ["<th>Why</th>"]

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: Any, cells: list[str]) -> None:
        """Escape what pytest-html does not, and say why."""
        html.row(report, cells)
