"""Runs the suite as a user would, in a process of its own, against servers on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests_support.running import ROOT, Ran, run_pytest
from tests_support.web import Web, serve

Run = Callable[..., Ran]


@pytest.fixture
def smoke(tmp_path: Path) -> Run:
    """Run `pytest` in the project with reports of its own, and return the result."""
    reports = tmp_path / "reports"

    def run(*words: str, variables: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Ran:
        return run_pytest(reports, words, variables, cwd)

    return run


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server whose every answer the test decides."""
    with serve() as server:
        yield server
