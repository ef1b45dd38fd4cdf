"""Shows how a run goes: one live line in a terminal, a line every ten seconds where there is none."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from typing import TextIO

import pytest

from smokegate.observation.model import Readiness
from smokegate.plugin.brief_output import BRIEF
from smokegate.plugin.lifecycle import NotStartedError
from smokegate.plugin.options import worker_slot
from smokegate.plugin.session import Run
from smokegate.report.terminal import EVERY, safe
from smokegate.report.terminal_text import columns, spelled, wrapped

FIRST = 1.0
"""Seconds to the first line where there is no terminal to rewrite one in."""
PACE = 0.2
"""Seconds between two drawings of the live line."""
ROWS = 4
"""Rows that a line which stays may take on a terminal."""
SLICE = 0.1
"""Seconds between two tests of whether the waiting has ended."""


def until_ready(run: Run) -> None:
    """Wait, where the run was started with `--wait`, until every deployment is ready or has been given up."""
    if run.settings.wait is None and (run.embedded is None or run.embedded.wait is None):
        return
    for name, deployment in run.deployments.items():
        try:
            while (readiness := deployment.observer.await_ready(SLICE)) is None:
                pass
        except NotStartedError:
            continue
        run.progress.pop(name, None)
        if run.progress_line is not None:
            run.progress_line.line(f"{name}: {outcome_of(readiness)}")


def outcome_of(readiness: Readiness) -> str:
    """Return the result of waiting, in one line."""
    polls = f"{readiness.polls} poll{'s' if readiness.polls != 1 else ''}"
    if readiness.ready:
        return f"ready after {readiness.waited:.1f} s ({polls})"
    why = f": {readiness.gave_up}" if readiness.gave_up else ", the time to wait is over"
    return f"not ready after {readiness.waited:.1f} s ({polls}){why}; running the checks anyway"


class ProgressLine:
    """Says where a run stands, from a thread of its own, until it is stopped.

    It writes to a stream of its own: what pytest's is connected to is captured while a check waits for its request.
    `live`: one line is rewritten, which needs that nothing else is written meanwhile.
    """

    def __init__(self, stream: TextIO, run: Run, *, live: bool) -> None:
        self._stream = stream
        self._run = run
        self._live = live
        self._drawn = False
        self._done = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._show, daemon=True, name="progress")
        self._thread.start()

    def line(self, text: str) -> None:
        """Write a line that stays."""
        text = safe(text)
        if self._stream.isatty():
            text = "\n".join(wrapped(text, columns(self._stream), "", "  ", ROWS))
        with self._lock:
            self._write(self._cleared() + text + "\n")

    def stop(self) -> None:
        """Write nothing more, and leave no live line behind."""
        self._done.set()
        self._thread.join()
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._write(self._cleared())
            self._stream.close()

    def _cleared(self) -> str:
        drawn, self._drawn = self._drawn, False
        return "\r\x1b[K" if drawn else ""

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # no one reads it any more: the run goes on without
            self._stream.write(spelled(text, self._stream.encoding))
            self._stream.flush()

    def _show(self) -> None:
        due = time.monotonic() + FIRST
        while not self._done.wait(PACE if self._live else SLICE):
            if not self._live and time.monotonic() < due:
                continue
            due = time.monotonic() + EVERY
            text = safe(standing(self._run))
            with self._lock:
                if text and self._live:
                    width = columns(self._stream) - 1
                    before, self._drawn = self._cleared(), True
                    self._write(before + (text if len(text) <= width else text[:width]))
                elif text:
                    self._write(text + "\n")


def standing(run: Run) -> str:
    """Return where a run stands: of several environments the first that is not done, and how many are."""
    known = {name: each.standing for name, each in list(run.deployments.items())}
    lines = {name: run.progress.get(name) or text for name, text in known.items()}
    going = [f"{name}: {text}" for name, text in lines.items() if text]
    if not going:
        planned = sum(map(len, run.planned.values()))
        judged = sum(map(len, run.outcomes.values()))
        return f"{judged} of {planned} checks judged" if planned else ""
    return going[0] if len(going) == 1 else f"{going[0]}; {len(going) - 1} more environments"


def begin(config: pytest.Config, run: Run) -> None:
    """Show how a run goes, where a person or a log reads it."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    if reporter is None or run.embedded is not None or worker_slot() is not None:
        return
    try:
        descriptor = os.dup(reporter._tw._file.fileno())  # noqa: SLF001 - pytest has no other way to its stream
    except (OSError, ValueError, AttributeError):
        return
    stream = os.fdopen(descriptor, "w", encoding=sys.stdout.encoding or "utf-8", errors="replace")
    live = bool(reporter.isatty) and BRIEF in config.stash and os.environ.get("TERM") != "dumb"
    run.progress_line = ProgressLine(stream, run, live=live)
