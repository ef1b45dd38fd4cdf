"""Keeps a command alive when standard output or error is closed, full or no longer read."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Generator, Iterable
from typing import Any, TextIO, cast


class EnduringStream:
    """A stream that no closed pipe and no full disk makes raise an error: what cannot be written is lost."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._given_up = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text."""
        self._enduring(lambda: self._stream.write(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Flush what was written."""
        self._enduring(self._stream.flush)

    def _enduring(self, do: Callable[[], object]) -> None:
        if self._given_up:  # also where its descriptor leads to the real file again, as pytest's capturing ends
            return
        try:
            do()
        except (OSError, ValueError) as error:
            self._given_up = True
            _give_up(self._stream)
            _say(error)


def ensure() -> None:
    """Replace streams that the caller closed (`>&-`): pytest, its plugins and argparse assume that both exist."""
    for descriptor, name in enumerate(("stdout", "stderr"), 1):
        if getattr(sys, name) is None:
            stream = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - until the end
            setattr(sys, name, stream)
            _for_children(stream, descriptor)


def _for_children(stream: TextIO, descriptor: int) -> None:
    """Have a child inherit what stands in a closed stream's place: it would start with it closed as well."""
    if stream.fileno() == descriptor:
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - it takes no keyword
        return
    try:
        os.fstat(descriptor)
    except OSError:
        os.dup2(stream.fileno(), descriptor)


@contextlib.contextmanager
def enduring() -> Generator[None]:
    """Provide both streams, suppress their errors, and flush them here: at exit an error would become the exit code."""
    ensure()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", EnduringStream(each)) for each in before)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = before


def _give_up(stream: TextIO) -> None:
    """Send what a stream still holds, and all that follows, nowhere: the interpreter's last flush must not fail."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()


def _say(error: Exception) -> None:
    """Say in one line why a stream is given up; say nothing if it is closed or its reader has gone (`| head`)."""
    if not isinstance(error, OSError) or isinstance(error, BrokenPipeError):
        return
    try:
        sys.stderr.write(f"smokegate: output cannot be written: {error.strerror or error}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        _give_up(sys.stderr)
