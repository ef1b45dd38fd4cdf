"""Has a decided run written as files and shown at the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from smokegate.observation.evidence import sink
from smokegate.observation.evidence.sink import without_secrets
from smokegate.plugin.brief_output import BRIEF
from smokegate.plugin.reporting import compatible_page, report_file
from smokegate.plugin.session import Run
from smokegate.report import comparison, github, history, html, terminal, terminal_text
from smokegate.report.files import ctrf_file, write_all, write_index
from smokegate.report.gate import explained
from smokegate.report.json import document
from smokegate.report.model import RunReport
from smokegate.report.scan import scan, withhold


class Output:
    """What a decided run says. Making it writes every file of ours; the session gets the exit code."""

    def __init__(self, run: Run, session: pytest.Session, report: RunReport) -> None:
        self._run = run
        self._session = session
        self._report = report
        self._problems: list[str] = []
        self._unwritable = ""
        self.document: dict[str, Any] = {}
        """What every format renders."""
        self._write()

    def _write(self) -> None:
        settings, config = self._run.settings, self._session.config
        self.document = document(self._report)
        if (found := github.ci_run(os.environ)) is not None:
            self.document["run"]["ci"] = without_secrets(found)
        try:
            comparison.compare(self.document, settings.reports, self._run.since)
        except Exception as error:  # noqa: BLE001 - what is read of an older run changes no verdict, and ends no run
            self.problem(f"not compared with the runs before: {error!r}")
        own_page = compatible_page(config) != report_file(self._run, "html")
        base = settings.reports / settings.label
        _describe_junit(config, self.document)
        lines = write_all(self.document, base, os.environ, own_page=own_page, record=settings.record)
        self._unwritable = _unwritable(base.parent)
        if self._unwritable:
            lines = (line for line in lines if "the job summary" in line)
        self._problems += [*([self._unwritable] if self._unwritable else []), *lines]

    def problem(self, text: str) -> None:
        """Have a line shown about what could not be written, unless the one sentence about all of it is."""
        if not self._unwritable:
            self._problems.append(text)

    def finish_page(self) -> None:
        """Put the verdict into pytest-html's page, where there is one."""
        page = compatible_page(self._session.config)
        if page is not None:
            html.finish(page, self.document)

    def withhold(self, files: Iterable[Path]) -> None:
        """Look for secrets in the files that were written; where there are any, call nothing good."""
        settings = self._run.settings
        ours = [report_file(self._run, ending) for ending in ("json", "html", "md")]
        leaks = scan([*ours, ctrf_file(settings.reports / settings.label), *files])
        if leaks:
            self._report = withhold(self._report, leaks, strict=settings.strict)
            self._session.exitstatus = self._report.exit
            self._write()
        self._keep()

    def _keep(self) -> None:
        """Add the run to the history of each of its environments, now that it is what it stays."""
        for environment in self.document["environments"]:
            file = history.history_file(self._run.settings.reports, environment["name"])
            try:
                line = history.entry(self.document, environment)
                history.append(file, {**line, "report": self._run.settings.label})
            except OSError as error:
                self.problem(f"not written: {file}: {(error.strerror or str(error)).lower()}")
                return  # what holds for one file of the folder holds for all
        for problem in write_index(self._run.settings.reports):
            self.problem(problem)

    def show(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the verdict to the terminal."""
        brief = terminalreporter.config.stash.get(BRIEF, False)
        page = terminal_text.shown_path(str(report_file(self._run, "html")))
        writer = terminalreporter._tw  # noqa: SLF001 - pytest has no other way to its width
        terminalreporter.ensure_newline()
        for line in terminal.block(self.document, page, writer.fullwidth, brief=brief):
            markup = {line.colour: True, "bold": line.bold} if line.colour else {}
            terminalreporter.write_line(terminal_text.spelled(line.text, sys.stdout.encoding), **markup)
        for problem in self._problems:
            terminalreporter.write_line(sink.line(problem), yellow=True)
        if github.at_work(os.environ):
            for command in github.commands(self.document):
                terminalreporter.write_line(command)


def _unwritable(reports: Path) -> str:
    """Return the sentence that says why nothing can be written into the reports' folder; empty where something can."""
    try:
        reports.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"not written: the reports: --reports={reports} is not a folder that can be made: {error.strerror}"
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
