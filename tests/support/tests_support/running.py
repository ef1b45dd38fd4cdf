"""Runs of the suite in a process of their own, and what they leave behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smokegate.environment.load import load
from smokegate.rehearsal.replicas import patience
from smokegate.rehearsal.runs import exit_code
from smokegate.replica.process.forking import ForkServer

ROOT = Path(__file__).parents[3]
WITH_SECRETS = """
title = "Small"
[backend]
url = "{url}"
[[backend.endpoints]]
path = "/secret"
send = {{ Authorization = {{ env = "SMALL_KEY" }} }}
json = {{ never = "true" }}
[sign_in]
login = "/api/auth/login"
account = "/api/auth/me"
"""
"""An environment file with a secret in each place that takes one: credentials, and a header of an endpoint."""


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
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return document

    def environment(self, name: str = "") -> dict[str, Any]:
        """One environment of the JSON report; the only one where no name is given."""
        found: list[dict[str, Any]] = [each for each in self.json["environments"] if not name or each["name"] == name]
        assert len(found) == 1, self.out
        return found[0]

    def outcomes(self) -> dict[str, str]:
        """Test id → outcome, over all environments."""
        return {t["id"]: t["outcome"] for e in self.json["environments"] for t in e["tests"]}


def run_pytest(
    reports: Path, words: Sequence[str], variables: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> Ran:
    """Run `pytest` in a process of its own, as a user would; the cache is off unless a word speaks of it."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *_words(reports, words)],
        cwd=cwd,
        env=clean_environment(variables or {}),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=240,
        check=False,
    )
    return Ran(done.returncode, done.stdout + done.stderr, reports)


@contextmanager
def forking() -> Iterator[ForkServer]:
    """Keep a process ready that has imported pytest and the suite: runs are forked from it, as in a rehearsal."""
    settings = json.dumps({"arguments": ["--env=local", "-p", "no:cacheprovider"], "replicas": True})
    words = ["-m", "smokegate.rehearsal.fork_server", settings]
    server = ForkServer(words, cwd=ROOT, env=clean_environment({}))
    try:
        yield server
    finally:
        server.close()


def fork_pytest(server: ForkServer, reports: Path, words: Sequence[str]) -> Ran:
    """Run `pytest` in the project with the same words as `run_pytest`, in a fork that is spared the imports.

    What Python itself reads when it starts, `PYTHONPATH` say, is the server's: a run that sets it takes a new process.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "output.txt"
        order = {"arguments": _words(reports, words), "output": str(output), "variables": {}}
        with server.order(order) as channel:
            code = exit_code(channel, Path(folder), set())
        return Ran(code, output.read_text("utf-8", "replace"), reports)


def _words(reports: Path, words: Sequence[str]) -> list[str]:
    cache = [] if any("cache" in word for word in words) else ["-p", "no:cacheprovider"]
    return [*cache, f"--reports={reports}", *words]


def patient(*names: str) -> list[str]:
    """Return options that widen the latency budgets of shipped environments: a busy machine is no finding."""
    declared = load(names, directory=ROOT / "environments", variables={})
    return [word.replace("--set=", f"--set={each.name}:") for each in declared for word in patience(each)]


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the process's variables without those of a test run around this one, and a terminal that wraps no line.

    Compiled files are kept in any case: else every run would compile the whole package.
    """
    dropped = ("PYTEST_", "SMOKE_", "COV_", "GITHUB_", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
    return {k: v for k, v in os.environ.items() if not k.startswith(dropped)} | {"COLUMNS": "2000"} | dict(extra)
