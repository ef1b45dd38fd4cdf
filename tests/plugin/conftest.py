"""Runs the suite as a person would: a pytest of its own, in a process of its own.

Most of those processes are forks of one that has imported pytest and the suite: importing takes longer than a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests_support.running import Ran, fork_pytest, forking, run_pytest
from tests_support.web import Web, serve

from smokegate.replica.process.forking import ForkServer

Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def forks() -> Iterator[ForkServer]:
    """Give the process from which runs are forked: one for each worker."""
    with forking() as server:
        yield server


@pytest.fixture
def smoke(tmp_path: Path, forks: ForkServer) -> Run:
    """Run `pytest` in the project with reports of its own, and return the outcome.

    With variables of its own a run is started anew, as in a shell: Python reads some of them only when it starts.
    """
    reports = tmp_path / "reports"

    def run(*words: str, variables: Mapping[str, str] | None = None) -> Ran:
        return run_pytest(reports, words, variables) if variables else fork_pytest(forks, reports, words)

    return run


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server whose every answer the test decides."""
    with serve() as server:
        yield server


@pytest.fixture
def environments(tmp_path: Path) -> Callable[..., str]:
    """Write environment files and return the option that names their folder."""
    folder = tmp_path / "environments"
    folder.mkdir()

    def write(**files: str) -> str:
        for name, text in files.items():
            (folder / f"{name.replace('__', '-')}.toml").write_text(text, encoding="utf-8")
        return f"--environments={folder}"

    return write
