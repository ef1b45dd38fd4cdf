"""One run of a rehearsal: its exit code, or an error, and no process that stays."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from smokegate.rehearsal import runs
from smokegate.rehearsal.suite import RunError


def test_a_run_reports_its_process_and_its_exit_code(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"4711\n6\n")
        assert runs.exit_code(ours, tmp_path, set()) == 6


def test_a_run_that_ends_without_reporting_is_an_error_with_its_output(tmp_path: Path) -> None:
    (tmp_path / "output.txt").write_text("Traceback: no module named shop")
    ours, theirs = socket.socketpair()
    with ours:
        theirs.close()
        with pytest.raises(RunError, match="no module named shop"):
            runs.exit_code(ours, tmp_path, set())


def test_a_run_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time has passed the process is gone, however it hangs."""
    monkeypatch.setattr(runs, "PATIENCE", 0.05)
    ours, theirs = socket.socketpair()
    hanging = [sys.executable, "-S", "-c", "import signal; signal.pause()"]
    with ours, theirs, subprocess.Popen(hanging) as process:
        theirs.sendall(b"%d\n" % process.pid)
        pids: set[int] = set()
        try:
            with pytest.raises(RunError, match="did not end in time"):
                runs.exit_code(ours, tmp_path, pids)
            assert process.wait(60) == -signal.SIGKILL
        finally:
            process.kill()
    assert pids == set()
