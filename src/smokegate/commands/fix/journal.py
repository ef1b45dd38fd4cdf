"""The record of what was done to servers: `reports/fixes.jsonl`, a line for each step, never rewritten."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from smokegate.observation.evidence.sink import encoded

State = Literal["refused", "planned", "applied", "failed", "did not help", "verified", "interrupted", "nothing to fix"]
"""The outcome of an action; `applied`: its commands succeeded, `verified`: a check found it healthy."""


class Journal:
    """Appends to the record, whose directory is made where it is missing, and keeps what this fix wrote."""

    def __init__(self, path: Path, environment: str, host: str) -> None:
        self._path = path
        self._fixed: dict[str, Any] = {"fix": secrets.token_hex(4), "environment": environment, "host": host}
        self.entries: list[dict[str, Any]] = []

    def write(self, state: State, **facts: Any) -> None:
        """Append one line; a crash right after it loses nothing."""
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
        entry = {"schema": 1, "at": at, **self._fixed, "state": state, **facts}
        line = encoded(entry)
        self.entries.append(entry)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(descriptor, line.encode("utf-8", "replace") + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
