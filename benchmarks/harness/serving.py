"""The small server of `serve.py` in a process of its own, and how it is ended."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path


class Server:
    """A running small server."""

    def __init__(self, *options: str) -> None:
        script = Path(__file__).with_name("serve.py")
        self._process = subprocess.Popen(
            [sys.executable, script, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())

    def stop(self) -> dict[str, float]:
        """End it; returns what it tells, nothing the second time."""
        if self._process.poll() is not None:
            return {}
        told, _ = self._process.communicate(timeout=10)
        found: dict[str, float] = json.loads(told)
        return found


@contextmanager
def serving(*options: str) -> Generator[Server]:
    """Run the small server with these options."""
    server = Server(*options)
    try:
        yield server
    finally:
        server.stop()
