"""`pytest --rehearse`: proves the suite instead of running it."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest
from _pytest.config import create_terminal_writer  # has no public name

from smokegate.plugin.options import RUN_PLUGIN, private
from smokegate.plugin.session import Run
from smokegate.rehearsal.rehearse import NoFaultSelectedError, rehearse
from smokegate.rehearsal.suite import MOST_WORKERS, Settings, Suite
from smokegate.report.console import Console
from smokegate.report.rehearsal import text


def main(config: pytest.Config, run: Run) -> int:
    """Rehearse the selected environments; returns the exit code."""
    settings = run.settings
    if settings.fault is not None:
        raise pytest.UsageError(f"--rehearse tries every fault; to rehearse one: --rehearse -k {settings.fault}")
    try:
        settings.reports.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise pytest.UsageError(
            f"--reports={settings.reports} is not a folder that can be made: {error.strerror}"
        ) from None
    json, html = settings.reports / "rehearsal.json", settings.reports / "rehearsal.html"
    last = ["starting"]
    shown = Console().progress(lambda: f"rehearsal: {last[0]}")
    with tempfile.TemporaryDirectory(prefix="smokegate-rehearsal-") as folder, shown:
        try:
            shared = Settings(
                _suite(config, run),
                Path(folder),
                workers=settings.processes or min(os.cpu_count() or 1, MOST_WORKERS),
                overrides=settings.overrides,
                keyword=config.option.keyword or "",
                progress=lambda line: last.__setitem__(0, line),
            )
            found = rehearse(run.environments, shared)
        except NoFaultSelectedError as wrong:
            raise pytest.UsageError(str(wrong)) from None
        except KeyboardInterrupt as stopped:
            sys.stderr.write(f"the rehearsal was interrupted: {stopped or 'Ctrl-C'}; its report is not written\n")
            return pytest.ExitCode.INTERRUPTED
    text.write(found, json, html)
    writer = create_terminal_writer(config, sys.stdout)
    for line in text.lines(found):
        writer.line(line.text, bold=line.bold, **({line.colour: True} if line.colour else {}))
    writer.line(f"report: {html}")
    return found.exit


def _suite(config: pytest.Config, run: Run) -> Suite:
    by_command = config.pluginmanager.hasplugin(RUN_PLUGIN)
    return Suite(
        plugin=RUN_PLUGIN if by_command else "smokegate",
        spell=private if by_command else str,
        root=config.rootpath,
        directory=run.settings.directory,
        ini=config.inipath,
        paths=tuple(config.option.file_or_dir),
    )
