"""Standard output and error that are closed, full, or that no one reads any more: they end no command."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TextIO


def ensure() -> None:
    """Have both where the caller closed them (`>&-`): pytest, its plugins and argparse take them for granted."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - until the end


def give_up(stream: TextIO) -> None:
    """Send what a stream still holds, and all that follows, nowhere: the interpreter's last flush must not fail."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


def lost(stream: TextIO, error: OSError) -> None:
    """Give a stream up, with one line about why; where no one reads any more (`| head`), without."""
    give_up(stream)
    if not isinstance(error, BrokenPipeError) and stream is not sys.stderr:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"smokegate: what it says cannot be written: {error.strerror or error}\n")


def flush() -> None:
    """Flush both, as the interpreter does at its end, where an error would take the place of the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError as error:
            lost(stream, error)
        except ValueError:  # closed
            pass
