"""Runs of the suite in a process of their own, and what they leave behind."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


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


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the process's variables without those of a test run around this one, and a terminal that wraps no line.

    Compiled files are kept in any case: else every run would compile the whole package.
    """
    dropped = ("PYTEST_", "SMOKE_", "COV_", "GITHUB_", "PYTHONDONTWRITEBYTECODE")
    return {k: v for k, v in os.environ.items() if not k.startswith(dropped)} | {"COLUMNS": "2000"} | dict(extra)
