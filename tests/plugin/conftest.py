"""Runs the suite as a person would: a pytest of its own, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests_support.web import Web, serve

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    code: int
    out: str
    reports: Path

    @property
    def json(self) -> dict[str, Any]:
        """The run's only JSON report."""
        (path,) = self.reports.glob("*.json")
        return json.loads(path.read_text(encoding="utf-8"))

    def environment(self, name: str = "") -> dict[str, Any]:
        """One environment of the JSON report; the only one where no name is given."""
        found = [e for e in self.json["environments"] if not name or e["name"] == name]
        assert len(found) == 1, self.out
        return found[0]

    def outcomes(self) -> dict[str, str]:
        """Test id → outcome, over all environments."""
        return {t["id"]: t["outcome"] for e in self.json["environments"] for t in e["tests"]}


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the process's variables without those that belong to a test run around this one."""
    dropped = ("PYTEST_", "SMOKE_", "COV_", "GITHUB_")
    return {k: v for k, v in os.environ.items() if not k.startswith(dropped)} | dict(extra)


Run = Callable[..., Ran]


@pytest.fixture
def smoke(tmp_path: Path) -> Run:
    """Run `pytest` in the project with reports of its own, and return what came of it."""
    reports = tmp_path / "reports"

    def run(*words: str, variables: Mapping[str, str] | None = None, cwd: Path = ROOT) -> Ran:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--reports={reports}", *words]
        done = subprocess.run(
            command, cwd=cwd, env=clean_environment(variables or {}), capture_output=True, text=True, timeout=120, check=False
        )
        return Ran(done.returncode, done.stdout + done.stderr, reports)

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
