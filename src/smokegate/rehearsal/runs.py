"""Runs the suite repeatedly: each time the whole `pytest` in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from smokegate.rehearsal.suite import RunError, Suite, SuiteRun
from smokegate.replica.process.forking import ForkServer

PATIENCE = 120.0
"""Seconds after which a run is ended: its own deadlines should have ended it long before."""
COLUMNS = 2000
"""Columns of the terminal that the runs think they have, so that output does not hang on the caller's."""


class Runs:
    """Runs the suite; any number of threads may start runs at the same time."""

    def __init__(  # noqa: PLR0913 -- what all runs share, each by its name
        self,
        suite: Suite,
        folder: Path,
        *,
        replicas: bool,
        warm: str,
        overrides: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Start the fork server.

        Args:
            suite: what to run.
            folder: where output and reports of the runs go.
            replicas: whether runs start replicas.
            warm: the environment with which the suite is collected beforehand.
            overrides: the options without which that environment cannot be loaded.
            variables: the environment variables of every run; left out, the caller's own.
        """
        self._suite = suite
        self._folder = folder
        self._pids: set[int] = set()
        settings = {
            "arguments": [*suite.arguments, *suite.spelled([f"--env={warm}", *overrides])],
            "replicas": replicas,
        }
        self._server = ForkServer(
            ["-m", "smokegate.rehearsal.fork_server", json.dumps(settings)],
            cwd=suite.root,
            env=_variables({}) if variables is None else dict(variables),
        )

    def run(self, label: str, arguments: Sequence[str], *, variables: Mapping[str, str] | None = None) -> SuiteRun:
        """Run the suite in a fork; `RunError` where it had to be ended, or ended without a message.

        Args:
            label: names the run's files: no two runs at the same time may have the same.
            arguments: what stands on this run's command line besides the suite's own.
            variables: environment variables of this run.
        """
        files = self._files(label)
        began = time.monotonic()
        order = {
            "arguments": self._command(files, arguments),
            "output": str(files / "output.txt"),
            "variables": {**(variables or {}), "COLUMNS": str(COLUMNS)},
        }
        with self._server.order(order) as channel:
            code = exit_code(channel, files, self._pids)
        return _finished(files, code, time.monotonic() - began)

    def run_apart(self, label: str, prefix: Sequence[str], arguments: Sequence[str]) -> SuiteRun:
        """Run the suite in a process that another command line starts: `prefix` is what stands before it."""
        files = self._files(label)
        began = time.monotonic()
        command = [*prefix, sys.executable, "-m", "pytest", *self._command(files, arguments)]
        with (files / "output.txt").open("wb") as output:
            try:
                done = subprocess.run(
                    command,
                    check=False,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=PATIENCE,
                    cwd=self._suite.root,
                    env=_variables({"COLUMNS": str(COLUMNS)}),
                )
            except subprocess.TimeoutExpired as slow:
                raise RunError(_ended("did not end in time", files)) from slow
        return _finished(files, done.returncode, time.monotonic() - began)

    def close(self) -> None:
        """End what is still running, and the fork server."""
        for pid in tuple(self._pids):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        self._server.close()

    def _command(self, files: Path, arguments: Sequence[str]) -> list[str]:
        return [*self._suite.arguments, *self._suite.spelled([f"--reports={files}", *arguments])]

    def _files(self, label: str) -> Path:
        files = self._folder / label
        shutil.rmtree(files, ignore_errors=True)  # a fault that is tried once more
        files.mkdir(parents=True)
        return files


def exit_code(channel: socket.socket, files: Path, pids: set[int]) -> int:
    """Wait for a run to report its exit code; it is among the process ids while it runs, and killed if it hangs.

    A `RunError` where it did not end in time, or ended without reporting.
    """
    pid: int | None = None
    received = b""
    channel.settimeout(PATIENCE)
    try:
        while received.count(b"\n") < 2:
            try:
                data = channel.recv(64)
            except TimeoutError:
                if pid is not None:
                    os.kill(pid, signal.SIGKILL)
                raise RunError(_ended("did not end in time", files)) from None
            if not data:
                raise RunError(_ended("ended without a message", files))
            received += data
            if pid is None and b"\n" in received:
                pid = int(received.split(b"\n")[0])
                pids.add(pid)
        return int(received.split(b"\n")[1])
    finally:
        pids.discard(pid or 0)


def _variables(more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables of a run: the caller's own, without those that belong to the run around it.

    One run of a rehearsal is not a step of a workflow: it writes no job summary.
    """
    around = ("PYTEST_XDIST", "PYTEST_CURRENT", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY")
    own = {name: value for name, value in os.environ.items() if not name.startswith(around)}
    return {**own, "PYTHONUNBUFFERED": "1", **more}


def _finished(files: Path, code: int, seconds: float) -> SuiteRun:
    found = sorted(files.glob("*.json"))
    report = json.loads(found[0].read_bytes()) if found else {}
    return SuiteRun(code, _output(files), report, seconds)


def _output(files: Path) -> str:
    file = files / "output.txt"
    return file.read_text("utf-8", "replace") if file.is_file() else ""


def _ended(how: str, files: Path) -> str:
    return f"the run {how}; the end of its output:\n{_output(files)[-2000:]}"
