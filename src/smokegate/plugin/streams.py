"""Streams and log formatters that let no secret through, and that no closed pipe and no full disk ends a run by."""

from __future__ import annotations

import copy
import logging
import os
from pathlib import Path
from typing import Any, TextIO

import pytest

from smokegate.observation.evidence.sink import SINK, shown
from smokegate.standard_streams import give_up


class SafeStream:
    """A stream that lets no secret through.

    Args:
        stream: where the text goes.
        foreign: whether the text is not pytest's own, which moves cursors, sets colours and, in our summary, starts
            workflow commands.
    """

    def __init__(self, stream: Any, *, foreign: bool) -> None:
        self._stream = stream
        self._foreign = foreign

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text, whatever it is a piece of."""
        try:
            self._stream.write(shown(text) if self._foreign else SINK.text(text))
        except (OSError, ValueError):  # closed, full, or no one reads it any more: the run goes on without it
            self._stream = _nowhere(self._stream)
        return len(text)

    def flush(self) -> None:
        """Flush what was written."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self._stream = _nowhere(self._stream)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)


def _nowhere(stream: Any) -> TextIO:
    """Return a stream to nowhere: as pytest's capturing ends, the descriptor of one leads to the real one again."""
    give_up(stream)
    return Path(os.devnull).open("w")


class SafeFormatter(logging.Formatter):
    """Formats a record whose message holds no secret and steers no terminal."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        """Format a copy of the record, its message and its traceback made safe."""
        safe = copy.copy(record)
        safe.msg, safe.args = shown(record.getMessage()), None
        if record.exc_info and record.exc_info[0] is not None:
            safe.exc_info, safe.exc_text = None, shown(self._inner.formatException(record.exc_info))
        return self._inner.format(safe)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def guard_tee(config: pytest.Config) -> None:
    """With `--capture=tee-sys` a copy of what is captured goes on to the terminal."""
    capturing = getattr(config.pluginmanager.getplugin("capturemanager"), "_global_capturing", None)
    for captured in (getattr(capturing, "out", None), getattr(capturing, "err", None)):
        file: Any = getattr(captured, "tmpfile", None)
        if getattr(file, "_other", None) is not None:
            file._other = SafeStream(file._other, foreign=True)  # noqa: SLF001 - there is no other way in


def as_text(stream: Any) -> TextIO:
    """Return a stream as the type that `sys.stdout` has."""
    return stream  # type: ignore[no-any-return]
