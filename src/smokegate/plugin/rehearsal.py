"""`pytest --rehearse`: proves the suite instead of running it."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest
from _pytest.config import create_terminal_writer  # has no public name

from smokegate.plugin.options import RUN_PLUGIN, private
from smokegate.plugin.session import Run
from smokegate.rehearsal.rehearse import rehearse
from smokegate.rehearsal.selection import NoFaultSelectedError
from smokegate.rehearsal.suite import Suite
from smokegate.report.rehearsal import text

EVERY = 15.0
"""Seconds between two lines of progress where there is no terminal to rewrite one in."""


def main(config: pytest.Config, run: Run) -> int:
    """Rehearse the selected environments; returns the exit code.

    Raises:
        pytest.UsageError: an option contradicts a rehearsal, or `-k` selects no fault.
    """
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
    progress = Progress(sys.stdout.isatty())
    with tempfile.TemporaryDirectory(prefix="smokegate-rehearsal-") as folder:
        try:
            found = rehearse(
                run.environments,
                _suite(config, run),
                Path(folder),
                workers=settings.processes or os.cpu_count() or 1,
                overrides=settings.overrides,
                keyword=config.option.keyword or "",
                progress=progress,
            )
        except NoFaultSelectedError as wrong:
            raise pytest.UsageError(str(wrong)) from None
        except KeyboardInterrupt as stopped:
            sys.stderr.write(f"the rehearsal was interrupted: {stopped or 'Ctrl-C'}; its report is not written\n")
            return pytest.ExitCode.INTERRUPTED
    progress.done()
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


class Progress:
    """One live line in a terminal; where there is none, a line now and then."""

    def __init__(self, live: bool) -> None:  # noqa: FBT001 -- the one thing there is to say
        self._live = live
        self._last = time.monotonic()

    def __call__(self, line: str) -> None:
        """Report the progress."""
        if self._live:
            sys.stdout.write(f"\r\x1b[K{line[:100]}")
            sys.stdout.flush()
        elif time.monotonic() - self._last >= EVERY:
            self._last = time.monotonic()
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    def done(self) -> None:
        """Clear the live line."""
        if self._live:
            sys.stdout.write("\r\x1b[K")
            sys.stdout.flush()
