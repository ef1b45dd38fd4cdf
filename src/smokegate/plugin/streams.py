"""Streams and log formatters that let no secret through, and that no closed pipe and no full disk ends a run by."""

from __future__ import annotations

import copy
import logging
from typing import Any, TextIO

import pytest

from smokegate.observation.evidence.sink import SINK, shown
from smokegate.standard_streams import EnduringStream


class SafeStream(EnduringStream):
    """A stream that lets no secret through.

    Args:
        stream: where the text goes.
        foreign: whether the text is not pytest's own, which moves cursors, sets colours and, in our summary, starts
            workflow commands.
    """

    def __init__(self, stream: Any, *, foreign: bool) -> None:
        super().__init__(stream)
        self._foreign = foreign

    def write(self, text: str) -> int:
        """Write a text, whatever it is a piece of."""
        super().write(shown(text) if self._foreign else SINK.text(text))
        return len(text)


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
