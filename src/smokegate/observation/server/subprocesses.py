"""Runs a local process with a timeout and an output limit.

`subprocess.run(timeout=…)` limits neither the output nor leftover children (in old OpenSSH versions, ssh's control
master keeps the pipes open).
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence

from msgspec import Struct

#: Maximum bytes per stream; a process that writes more is killed.
OUTPUT_CAP = 2 * 2**20
CHUNK = 65536


class CommandResult(Struct, frozen=True):
    """The result of a process that exited or exceeded a limit."""

    status: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False
    flooded: bool = False


def execute(argv: Sequence[str], limit: float, cap: int = OUTPUT_CAP) -> CommandResult:
    """Run a program with empty standard input; `limit` is in seconds, `cap` in bytes per stream."""
    deadline = time.monotonic() + limit
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        kept = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
        try:
            verdict = _drain(process, kept, deadline, cap)
            if verdict is None:
                verdict = _await_exit(process, deadline)
        finally:
            _stop(process)
        out, err = (bytes(kept[stream.fileno()]) for stream in (process.stdout, process.stderr))
    return CommandResult(process.returncode, out, err, timed_out=verdict == "time", flooded=verdict == "flood")


def _drain(process: subprocess.Popen[bytes], kept: dict[int, bytearray], deadline: float, cap: int) -> str | None:
    """Read until both streams or the process end; return the exceeded limit, if any."""
    with selectors.DefaultSelector() as selector, _exit_of(process) as ended:
        for descriptor in kept:
            selector.register(descriptor, selectors.EVENT_READ)
        if ended is not None:
            selector.register(ended, selectors.EVENT_READ)
        open_streams = set(kept)
        while open_streams:
            events = selector.select(max(0.0, deadline - time.monotonic()))
            if not events:
                return "time"
            readable = {key.fd for key, _ in events} - {ended}
            if not readable:
                return None  # the process exited and its output is read; a child holds the streams open
            for descriptor in readable:
                chunk = os.read(descriptor, CHUNK)
                kept[descriptor] += chunk
                if not chunk:
                    selector.unregister(descriptor)
                    open_streams.discard(descriptor)
                if len(kept[descriptor]) > cap:
                    return "flood"
    return None


def _await_exit(process: subprocess.Popen[bytes], deadline: float) -> str | None:
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return "time"
    return None


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and its process group."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def _exit_of(process: subprocess.Popen[bytes]) -> Iterator[int | None]:
    """Yield a descriptor that becomes readable when the process exits, None if unsupported (non-Linux)."""
    if not hasattr(os, "pidfd_open"):
        yield None
        return
    descriptor = os.pidfd_open(process.pid)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
