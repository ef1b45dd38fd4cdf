"""Gathers the outcomes, and at the end has the verdict decided, written and shown; what does that is imported late."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from smokegate.plugin.options import worker_slot
from smokegate.plugin.outcomes import gather

if TYPE_CHECKING:
    from smokegate.plugin.output import Output
    from smokegate.plugin.session import Run

#: Exit codes of pytest in whose place the verdict's comes.
#: All others (2 interrupted, 3 internal error, 4 usage, 5 nothing collected) stand.
OURS = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}


def name_reports(config: pytest.Config, run: Run) -> None:
    """Have pytest's JUnit writer write beside our reports, unless another file is named; style pytest-html's page."""
    if getattr(config.option, "xmlpath", "") is None:  # not there with `-p no:junitxml`
        config.option.xmlpath = str(report_file(run, "xml"))
    if compatible_page(config) is not None:
        from smokegate.report.html import STYLE  # noqa: PLC0415 - only where pytest-html's page is requested

        config.option.self_contained_html = True
        config.option.css = [*config.option.css, str(STYLE)]


def report_file(run: Run, ending: str) -> Path:
    """Return a file of the run's reports."""
    return run.settings.reports / f"{run.settings.label}.{ending}"


def compatible_page(config: pytest.Config) -> Path | None:
    """Return the file for pytest-html's page, where it was requested."""
    path = getattr(config.option, "htmlpath", None)
    return config.invocation_params.dir / path if path else None


class Reporting:
    """The hooks that run while a run's outcomes come in and when it ends."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._own_page = ""
        self._keywords: Mapping[str, Any] = {}
        self.output: Output | None = None
        """What wrote the decided run, once it is decided."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Note where our own page will be, seen from pytest-html's."""
        page, own = compatible_page(session.config), report_file(self._run, "html")
        if page is not None and page != own:
            self._own_page = quote(os.path.relpath(own, page.parent))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take over the outcome of one test; what its three reports have in common is kept once."""
        if report.keywords == self._keywords:
            report.keywords = self._keywords
        self._keywords = report.keywords
        gather(self._run, report)

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Leave the reports of an earlier run alone where a path is mistyped: nothing ran, so nothing is written."""
        try:
            return (yield)
        except pytest.UsageError:
            from _pytest.junitxml import xml_key  # noqa: PLC0415 - has no public name

            if (xml := session.config.stash.get(xml_key, None)) is not None:
                del session.config.stash[xml_key]
                session.config.pluginmanager.unregister(xml)
            raise

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> Generator[None, Any, Any]:
        """Decide before the writers of reports run, and write what they do not."""
        cut_short = exitstatus not in {*OURS, pytest.ExitCode.NO_TESTS_COLLECTED} or bool(
            session.shouldstop or session.shouldfail
        )
        if self._run.progress_line is not None:
            self._run.progress_line.stop()
        self._run.collect_results(cut_short=cut_short)
        self._run.close()
        settings = self._run.settings
        about_deployments = settings.explicit or any(self._run.planned.values())  # by `--env`, or by what was collected
        if worker_slot() is not None:
            from smokegate.plugin import workers  # noqa: PLC0415 - imports xdist, which only `-n` needs

            workers.hand_over(session.config, self._run)
        elif settings.observes and about_deployments and exitstatus != pytest.ExitCode.USAGE_ERROR:
            self._decide(session, exitstatus, cut_short=cut_short)
        result = yield
        if self.output is not None:
            self.output.finish_page()
        return result

    def _decide(self, session: pytest.Session, exitstatus: int, *, cut_short: bool) -> None:
        from smokegate.diagnosis.verdict import Verdict  # noqa: PLC0415 - as below
        from smokegate.plugin.output import Output  # noqa: PLC0415 - imported while the network is waited for
        from smokegate.plugin.run_report import report_of  # noqa: PLC0415 - as above

        run = self._run
        if exitstatus in OURS:
            session.exitstatus = Verdict.UNKNOWN.code  # stays where an error of ours keeps the run from being decided
        report = report_of(run, time.perf_counter() - run.clock, exitstatus, cut_short=cut_short)
        session.exitstatus = report.exit
        if run.embedded is not None:
            run.embedded.report = report
        else:
            self.output = Output(run, session, report)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the verdict after pytest's own summary."""
        if self.output is not None:
            self.output.show(terminalreporter)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str], session: pytest.Session) -> None:
        """Put our first screen above pytest-html's table."""
        if self.output is not None:
            from smokegate.report import html, page  # noqa: PLC0415 - only where pytest-html's page is requested

            html.clean_metadata(session.config)
            prefix.append(page.first_screen(self.output.document))

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
        from smokegate.report import html  # noqa: PLC0415 - only where pytest-html's page is requested

        html.row(report, cells, self._own_page)
