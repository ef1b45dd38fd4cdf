"""Runs the suite as a user would, in a process of its own, against servers on loopback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests_support.running import ROOT, Ran, clean_environment
from tests_support.web import Web, serve

Run = Callable[..., Ran]


@pytest.fixture
def smoke(tmp_path: Path) -> Run:
    """Run `pytest` in the project with reports of its own, and return the result."""
    reports = tmp_path / "reports"

    def run(*words: str, variables: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Ran:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--reports={reports}", *words]
        done = subprocess.run(
            command,
            cwd=cwd,
            env=clean_environment(variables or {}),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout + done.stderr, reports)

    return run


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server whose every answer the test decides."""
    with serve() as server:
        yield server
