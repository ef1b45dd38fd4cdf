"""One run of the suite in a process of its own: what is judged is what `pytest --env=NAME` judges.

A fresh process for every run: it leaves nothing behind in the calling process.
The request comes in over standard input, and messages go out over standard output, pickled: both ends are ours.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from msgspec import Struct
from msgspec.structs import asdict

from smokegate.environment.model import Environment
from smokegate.report.model import RunReport

PATIENCE = 30.0
"""Seconds that a run gets, once it was interrupted, to clean up what it created and to say what it knows."""
START = f"""
try:
    from {__name__} import main
    code = main()
except KeyboardInterrupt:  # also while it is still importing: the one who interrupted needs no traceback
    code = 130
raise SystemExit(code)
"""
"""What the child runs: as a module named `__main__`, its types would be others than ours."""
INTERRUPTED = 2
"""pytest's exit code for a run that Ctrl-C ended."""
SAID = 4000
"""So many characters of what pytest printed are kept where it returned no result."""


class Request(Struct, frozen=True):
    """What must be run."""

    environment: Environment
    wait: float | None = None
    watching: bool = False
    creating: bool = True
    expected: str | None = None
    """The commit that must be what answers."""


class Reply(Struct, frozen=True):
    """The result: a report, or what pytest printed in place of one."""

    report: RunReport | None
    code: int
    printed: str = ""


class SuiteError(RuntimeError):
    """The suite did not come to a result; the text is what pytest printed."""


def run_suite(request: Request, progress: Callable[[str], None] = lambda _: None) -> tuple[RunReport, bool]:
    """Run the suite; returns its report, and whether Ctrl-C or SIGTERM ended it before all was observed.

    Raises:
        SuiteError: it returned no result.
    """
    command = [sys.executable, "-c", START]
    # In a session of its own, Ctrl-C reaches it once, from here; and nothing in it can prompt at the terminal.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    assert process.stdin is not None
    assert process.stdout is not None
    interrupted = False
    with process, process.stdin, process.stdout:
        try:
            try:
                pickle.dump(request, process.stdin)
                process.stdin.flush()
                reply = _reply(process.stdout, progress)
            except KeyboardInterrupt:
                interrupted = True
                process.send_signal(signal.SIGINT)
                reply = _last_words(process, process.stdout)
            process.wait(PATIENCE)
        finally:
            if process.poll() is None:
                process.kill()
    if reply is None or reply.report is None:
        if interrupted:
            raise KeyboardInterrupt
        raise SuiteError(reply.printed if reply else f"the run ended without a result (exit code {process.returncode})")
    return reply.report, interrupted or reply.code == INTERRUPTED


def _reply(stream: IO[bytes], progress: Callable[[str], None]) -> Reply | None:
    while True:
        try:
            message = pickle.load(stream)  # noqa: S301 - comes from our own child's pipe
        except (EOFError, pickle.UnpicklingError):
            return None
        if isinstance(message, Reply):
            return message
        progress(str(message))


def _last_words(process: subprocess.Popen[bytes], stream: IO[bytes]) -> Reply | None:
    """Wait for the reply of a run that was interrupted, and not forever."""
    late = threading.Timer(PATIENCE, process.kill)
    late.start()
    try:
        return _reply(stream, lambda _: None)
    finally:
        late.cancel()


def main() -> int:
    """Run what standard input asks for."""
    request: Request = pickle.load(sys.stdin.buffer)  # noqa: S301 - comes from our own parent's pipe
    messages = os.fdopen(os.dup(1), "wb")
    with tempfile.TemporaryFile() as printed:
        for descriptor in (1, 2):
            os.dup2(printed.fileno(), descriptor)
        code, embedded = _run(request, lambda line: _write(messages, line))
        sys.stdout.flush()
        sys.stderr.flush()
        printed.seek(0)
        text = printed.read().decode("utf-8", "replace").strip()[-SAID:]
    _write(messages, Reply(embedded.report, code, text))
    return code


def _write(stream: IO[bytes], message: Any) -> None:
    try:
        stream.write(pickle.dumps(message))
        stream.flush()
    except BrokenPipeError:  # no one is left to hear it
        os._exit(1)


def _run(request: Request, progress: Callable[[str], None]) -> tuple[int, Any]:
    from smokegate.commands.run import run_pytest  # noqa: PLC0415 - costs start-up time, which the parent need not pay
    from smokegate.plugin.embedded import Embedded  # noqa: PLC0415 - see above

    for variable in [each for each in os.environ if each.startswith("PYTEST_XDIST")]:
        del os.environ[variable]  # of a test run that we are part of
    embedded = Embedded(**asdict(request), progress=progress)
    return run_pytest([f"--rootdir={Path.cwd()}", "-p", "no:cacheprovider", "-q"], [embedded]), embedded
