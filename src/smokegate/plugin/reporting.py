"""Gathers the outcomes, has the verdict decided, and has it told: by exit code, files and terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from smokegate.observation.evidence import sink
from smokegate.observation.evidence.sink import without_secrets
from smokegate.plugin.brief_output import BRIEF
from smokegate.plugin.options import worker_slot
from smokegate.plugin.outcomes import gather
from smokegate.plugin.run_report import report_of
from smokegate.report import github, history, html, terminal
from smokegate.report.ci import ci_run
from smokegate.report.files import ctrf_file, write_all, write_index
from smokegate.report.gate import explained
from smokegate.report.html import STYLE
from smokegate.report.json import document
from smokegate.report.scan import scan, withhold

if TYPE_CHECKING:
    from smokegate.plugin.session import Run
    from smokegate.report.model import RunReport

#: Exit codes of pytest in whose place the verdict's comes.
#: All others (2 interrupted, 3 internal error, 4 usage, 5 nothing collected) stand.
OURS = {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}


def name_reports(config: pytest.Config, run: Run) -> None:
    """Have pytest's JUnit writer write beside our reports, unless another file is named; style pytest-html's page."""
    if config.option.xmlpath is None:
        config.option.xmlpath = str(_file(run, "xml"))
    if _compatible_page(config) is not None:
        config.option.self_contained_html = True
        config.option.css = [*config.option.css, str(STYLE)]


def _file(run: Run, ending: str) -> Path:
    return run.settings.reports / f"{run.settings.label}.{ending}"


def _compatible_page(config: pytest.Config) -> Path | None:
    """Return the file for pytest-html's page, where it was asked for."""
    path = getattr(config.option, "htmlpath", None)
    return config.invocation_params.dir / path if path else None


def _unwritable(reports: Path) -> str:
    """Return the sentence that says why nothing can be written into the reports' folder; empty where something can."""
    try:
        reports.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"not written: the reports: --reports={reports} is no folder that can be made: {error.strerror}"
    if not os.access(reports, os.W_OK | os.X_OK):
        return f"not written: the reports: --reports={reports} is a folder in which nothing may be written"
    return ""


def _describe_junit(config: pytest.Config, document: dict[str, Any]) -> None:
    """Add verdict, decision and cause of every environment to JUnit's properties, once they are decided."""
    from _pytest.junitxml import xml_key  # noqa: PLC0415 - has no public name

    xml = config.stash.get(xml_key, None)
    if xml is None:
        return
    names = {"verdict", "decision", "cause", "version"}
    kept = [each for each in xml.global_properties if each[0].partition("[")[0] not in names]
    for environment in document["environments"]:
        cause = explained(environment)
        values = {**environment, "cause": cause["code"] if cause else None}
        kept += [(f"{name}[{environment['name']}]", str(values[name])) for name in sorted(names) if values.get(name)]
    xml.global_properties[:] = kept


class Reporting:
    """The hooks that run while a run's outcomes come in and when it ends."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._told: RunReport | None = None
        self._document: dict[str, Any] | None = None
        self._problems: list[str] = []
        self._unwritable = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take over the outcome of one test."""
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
        if worker_slot() is not None:
            from smokegate.plugin import workers  # noqa: PLC0415 - imports xdist, which only `-n` needs

            workers.hand_over(session.config, self._run)
        elif self._run.settings.observes and self._engaged and exitstatus != pytest.ExitCode.USAGE_ERROR:
            self._tell(session, exitstatus, cut_short=cut_short)
        result = yield
        page = _compatible_page(session.config)
        if self._document is not None and page is not None:
            html.finish(page, self._document)
        return result

    def problem(self, text: str) -> None:
        """Have a line shown about what could not be written, unless the one sentence about all of it is."""
        if not self._unwritable:
            self._problems.append(text)

    def withhold(self, session: pytest.Session, files: Iterable[Path]) -> None:
        """Look for secrets in the files that were written; where there are any, call nothing good."""
        if self._told is None:
            return
        ours = [_file(self._run, ending) for ending in ("json", "html", "md")]
        leaks = scan([*ours, ctrf_file(self._run.settings.reports / self._run.settings.label), *files])
        if leaks:
            self._told = withhold(self._told, leaks, strict=self._run.settings.strict)
            session.exitstatus = self._told.exit
            self._write(session)
        self._keep()

    def _keep(self) -> None:
        """Add the run to the history of each of its environments, now that it is what it stays."""
        assert self._document is not None
        for environment in self._document["environments"]:
            file = history.history_file(self._run.settings.reports, environment["name"])
            try:
                line = history.entry(self._document, environment)
                history.append(file, {**line, "report": self._run.settings.label})
            except OSError as error:
                self.problem(f"not written: {file}: {(error.strerror or str(error)).lower()}")
                return  # what holds for one file of the folder holds for all
        for problem in write_index(self._run.settings.reports):
            self.problem(problem)

    @property
    def _engaged(self) -> bool:
        """Whether the run is about deployments: by `--env`, or since checks were collected."""
        return self._run.settings.explicit or any(self._run.planned.values())

    def _tell(self, session: pytest.Session, exitstatus: int, *, cut_short: bool) -> None:
        run = self._run
        seconds = time.perf_counter() - run.clock
        told = report_of(run, seconds, exitstatus, cut_short=cut_short)
        session.exitstatus = told.exit
        if run.embedded is not None:
            run.embedded.report = told
            return
        self._told = told
        self._write(session)

    def _write(self, session: pytest.Session) -> None:
        assert self._told is not None
        self._document = document(self._told)
        if (found := ci_run(os.environ)) is not None:
            self._document["run"]["ci"] = without_secrets(found)
        try:
            history.compare(self._document, self._run.settings.reports, self._run.since)
        except Exception as error:  # noqa: BLE001 - what is read of an older run changes no verdict, and ends no run
            self.problem(f"not compared with the runs before: {error!r}")
        own_page = _compatible_page(session.config) != _file(self._run, "html")
        base = self._run.settings.reports / self._run.settings.label
        record = self._run.settings.record
        _describe_junit(session.config, self._document)
        lines = write_all(self._document, base, os.environ, own_page=own_page, record=record)
        self._unwritable = _unwritable(base.parent)
        if self._unwritable:
            lines = (line for line in lines if "the job summary" in line)
        self._problems += [*([self._unwritable] if self._unwritable else []), *lines]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell the verdict after pytest's own summary."""
        if self._told is None:
            return
        assert self._document is not None
        brief = terminalreporter.config.stash.get(BRIEF, False)
        page = terminal.shown_path(str(_file(self._run, "html")))
        writer = terminalreporter._tw  # noqa: SLF001 - pytest has no other way to its width
        terminalreporter.ensure_newline()
        for line in terminal.block(self._document, page, writer.fullwidth, brief=brief):
            markup = {line.colour: True, "bold": line.bold} if line.colour else {}
            terminalreporter.write_line(terminal.spelled(line.text, sys.stdout.encoding), **markup)
        for problem in self._problems:
            terminalreporter.write_line(sink.line(problem), yellow=True)
        if self._document is not None and github.at_work(os.environ):
            for command in github.commands(self._document):
                terminalreporter.write_line(command)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_summary(self, prefix: list[str], session: pytest.Session) -> None:
        """Put our first screen above pytest-html's table."""
        if self._document is not None:
            html.clean_metadata(session.config)
            prefix.append(html.first_screen(self._document))

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
