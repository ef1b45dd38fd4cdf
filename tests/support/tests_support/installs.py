"""Fresh installations of the built package, and a project that uses them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests_support.running import clean_environment
from tests_support.web import Web

OWN = '''\
"""A team's own check."""


def test_own(deployment):
    """The health check says who answers."""
    assert deployment.health.json["service"] == "shop"
'''
LOWEST, NEWEST = "pytest==8.2.*", "pytest"
OLDEST = "the lowest version of each dependency that pyproject.toml allows"


@dataclass(frozen=True)
class Project:
    """A folder with one environment and one check of its own."""

    folder: Path
    web: Web

    def run(self, python: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m …` in the folder, without the variables of the test run around it."""
        return subprocess.run(
            [str(python), "-P", "-m", *words],
            cwd=self.folder,
            env=clean_environment(variables),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def report(self) -> dict[str, Any]:
        """Return the environment of the last run's JSON."""
        (environment,) = json.loads((self.folder / "reports" / "shop.json").read_text("utf-8"))["environments"]
        return dict(environment)

    def write(self, path: str, text: str) -> None:
        """Write a file of the project."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
