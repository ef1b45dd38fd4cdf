"""The terminal that a command speaks to: colours where they are wanted, one live line, and no secrets."""

from __future__ import annotations

import json
import os
import re
import sys
import textwrap
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TextIO

from smokegate.observation.evidence import sink
from smokegate.report.terminal import EVERY, TerminalLine
from smokegate.report.terminal_text import columns, spelled

CODES = {"green": "32", "yellow": "33", "red": "31"}
LABEL = re.compile(r" *(?:\d+\. |\S+(?: \S+)? {2,})")
"""A number or a title before the text of a line."""
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
NARROW = 20
"""Columns below which nothing is wrapped."""
PACE = 0.1
"""Seconds between two drawings of the live line."""


class Console:
    """The result goes to `out`; what is only of interest while it lasts, to `err`.

    Args:
        out: where the report goes.
        err: where questions, notes and the live line go.
    """

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._err = err or sys.stderr

    @property
    def live(self) -> bool:
        """Whether there is a terminal that can rewrite a line."""
        return self._err.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def can_ask(self) -> bool:
        """Whether there is a person to answer a question."""
        return sys.stdin is not None and sys.stdin.isatty()

    def write(self, lines: Iterable[TerminalLine]) -> None:
        """Print the lines of a report."""
        for line in lines:
            self._write(self._out, line)

    def note(self, text: str) -> None:
        """Print a line about what is going on."""
        self._write(self._err, TerminalLine(text))

    def document(self, text: str) -> None:
        """Print a JSON document, in ASCII where the stream's encoding may lack one of its characters."""
        text = sink.page(text)
        if (getattr(self._out, "encoding", None) or "utf-8").lower().replace("_", "-") not in {"utf-8", "utf8"}:
            text = NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
        print(text, file=self._out, flush=True)

    def bell(self) -> None:
        """Ring, where there is a person to hear it."""
        if self._out.isatty():
            print("\a", end="", file=self._out, flush=True)

    def ask(self, question: str) -> bool:
        """Ask a question that only `y` or `yes` affirms."""
        self._err.write(sink.line(question) + " [y/N] ")
        self._err.flush()
        return sys.stdin.readline().strip().lower() in {"y", "yes"}

    @contextmanager
    def progress(self, line: Callable[[], str]) -> Iterator[None]:
        """Keep a line up to date while the block runs, and take it away; a log gets a line every ten seconds."""
        done = threading.Event()
        drawer = threading.Thread(target=self._draw, args=(line, done), daemon=True, name="progress")
        drawer.start()
        try:
            yield
        finally:
            done.set()
            drawer.join()
            if self.live:
                self._err.write("\r\x1b[K")
                self._err.flush()

    def _draw(self, line: Callable[[], str], done: threading.Event) -> None:
        while not done.wait(PACE if self.live else EVERY):
            if not self.live:
                self.note(line())
                continue
            width = columns(self._err) - 1
            self._err.write("\r\x1b[K" + sink.line(line())[:width])
            self._err.flush()

    def _write(self, stream: TextIO, line: TerminalLine) -> None:
        text = sink.line(line.text)
        if stream.isatty():  # a file or a pipe gets whole lines, which can be searched
            text = _wrapped(text, columns(stream))
        text = spelled(text, getattr(stream, "encoding", None))
        codes = [CODES[line.colour]] if line.colour in CODES else []
        codes += ["1"] if line.bold else []
        if codes and stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
            text = f"\x1b[{';'.join(codes)}m{text}\x1b[0m"
        print(text, file=stream, flush=True)


def _wrapped(text: str, width: int) -> str:
    """Return a line in rows of a terminal's width, those after the first indented under its text."""
    if len(text) <= width or width < NARROW:
        return text
    label = LABEL.match(text)
    indent = label.end() if label and label.end() <= width // 3 else len(text) - len(text.lstrip()) + 2
    rows = textwrap.wrap(text, width, subsequent_indent=" " * indent, break_on_hyphens=False, break_long_words=False)
    return "\n".join(rows)
