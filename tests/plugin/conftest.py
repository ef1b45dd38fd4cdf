"""Runs the suite as a person would: a pytest of its own, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tests_support.running import ROOT, Ran, run_pytest
from tests_support.web import Web, serve

Run = Callable[..., Ran]


@pytest.fixture
def smoke(tmp_path: Path) -> Run:
    """Run `pytest` in the project with reports of its own, and return the outcome."""
    reports = tmp_path / "reports"

    def run(*words: str, variables: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Ran:
        return run_pytest(reports, words, variables, cwd)

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
