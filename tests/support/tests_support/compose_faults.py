"""Which test tries which fault of the real stack: each costs some ten seconds, so each is tried once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from smokegate.replica.compose.faults import FAULTS
from smokegate.replica.compose.stack import NGINX, OVERRIDE, UPDATER, Stack

FIXED = {
    "backend-stopped": "start backend-aws",
    "backend-killed": "start backend-aws",
    "backend-paused": "restart backend-aws",
    "database-stopped": "start db",
    "nginx-stopped": "start nginx",
    "stale-upstream": "reload nginx",
}
"""What `--fix` repairs, and the action that does it."""
REFUSED = ("wrong-password", "port-taken")
"""What comes back after a restart; each is refused for a reason of its own."""
UNNOTICED = ("worker-stopped", "never-healthy")
"""What users do not notice."""
OBSERVED = ("bad-import", "missing-variable", "database-slow", "out-of-memory", "disk-full")
"""What is only looked at: to `--fix` it is like those that are refused."""


@contextlib.contextmanager
def broken(stack: Stack, fault: str) -> Iterator[None]:
    """Break the stack; afterwards all its services are up as declared, and healthy.

    nginx and the worker start anew, so that no address and no line of a log is left from the fault. They are stopped
    before the rest comes up, which costs one wait instead of two, and without the grace that the worker would use up.
    """
    try:
        FAULTS[fault].behaviour(stack)
        yield
    finally:
        FAULTS[fault].end(stack)
        (stack.directory / OVERRIDE).unlink(missing_ok=True)
        stack.compose("stop", "--timeout", "0", NGINX, UPDATER)
        stack.compose("up", "--detach", "--wait", "--remove-orphans")
