"""Bodies that are too large to be kept as they are: packed, and unpacked while something is read from them.

Expectations are judged on the whole of what the server sent, and a run keeps every answer until its end. The parsed
form of a JSON body takes twenty times the memory of its text, so that it is not kept either; and what does not shrink
when it is packed is kept in a file.
"""

from __future__ import annotations

import os
import tempfile
import threading
import zlib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from smokegate.observation.exchange import START, Body
from smokegate.observation.transport.body import memory_release_hooks
from smokegate.observation.transport.json_body import parse
from smokegate.observation.transport.limits import KEPT_PACKED, KEPT_TEXT

PIECE = 128 * 1024
"""Characters that are packed at a time, so that no second copy of a text is made."""
IN_MEMORY = 128 * 1024
"""A packed body of more bytes is kept in a file."""


class LargeBody(Body):
    """A body whose text and JSON value are decoded on each read; the last body that was read stays cached."""

    def __init__(self, text: str, size: int, *, is_json: bool = False, withheld: bool = False) -> None:
        # Text that does not shrink is not a page: its first part is evidence enough. JSON is judged by all its values.
        packed, unpacked = _pack(text, None if is_json else KEPT_PACKED)
        cut = unpacked == 0
        if cut:
            packed, unpacked = _pack(text[:KEPT_TEXT], None)
        vars(self).update(
            first=text[:START],
            kept=_store(packed),
            unpacked=unpacked,
            size=size,
            cut=cut,
            is_json=is_json,
            withheld=withheld,
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs: the body itself, not where this one keeps it."""
        return {**vars(self), "kept": vars(self)["kept"]()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over a body of another process."""
        vars(self).update(state, kept=_store(state["kept"]))

    @property
    def start(self) -> str:
        """The start of the text, which needs no unpacking."""
        return str(vars(self)["first"])

    @property
    def text(self) -> str:
        """The text."""
        return str(_text(self))

    @property
    def json(self) -> Any:
        """The JSON value, None where it is none."""
        return _json(self) if self.is_json else None


def _pack(text: str, limit: int | None) -> tuple[bytes, int]:
    """Return a text packed, and how many bytes it is unpacked; 0 where packed it is longer than is allowed."""
    engine, packed, size = zlib.compressobj(1), bytearray(), 0
    for start in range(0, len(text), PIECE):
        piece = text[start : start + PIECE].encode("utf-8", "surrogatepass")
        packed += engine.compress(piece)
        size += len(piece)
        if limit is not None and len(packed) > limit:
            return b"", 0
    return bytes(packed + engine.flush()), size


class _Spool:
    """A file that no one else can open, and that is gone when the process ends."""

    def __init__(self) -> None:
        self._file, path = tempfile.mkstemp(prefix="smokegate-")
        Path(path).unlink()
        self._lock = threading.Lock()
        self._end = 0

    def put(self, data: bytes) -> Callable[[], bytes]:
        """Add data; returns what reads it again."""
        with self._lock:
            start, self._end = self._end, self._end + len(data)
        if os.pwrite(self._file, data, start) < len(data):
            raise OSError("no room for all of it")
        return partial(os.pread, self._file, len(data), start)


@cache
def _spool(_process: int) -> _Spool:
    """Return a process's own file: one that was forked must not write into its parent's."""
    return _Spool()


def _store(packed: bytes) -> Callable[[], bytes]:
    """Return what gives a packed body back; in memory it stays where no file can be written."""
    if len(packed) > IN_MEMORY:
        try:
            return _spool(os.getpid()).put(packed)
        except OSError:
            pass
    return lambda: packed


class _LastResult:
    """Makes something of a body and holds the last one, which is let go before the next one is made."""

    def __init__(self, make: Callable[[LargeBody], Any]) -> None:
        self._make = make
        self._held: tuple[LargeBody, Any] | None = None

    def __call__(self, body: LargeBody) -> Any:
        """Return what is made of a body."""
        held = self._held
        if held is not None and held[0] is body:
            return held[1]
        held = self._held = None
        made = self._make(body)
        self._held = (body, made)
        return made

    def forget(self) -> None:
        """Let go of it."""
        self._held = None


def _unpack(body: LargeBody) -> str:
    # With the size known beforehand it is unpacked into one piece, instead of into many that are then joined.
    return zlib.decompress(vars(body)["kept"](), bufsize=vars(body)["unpacked"]).decode("utf-8", "surrogatepass")


_text = _LastResult(_unpack)
_json = _LastResult(lambda body: parse(_text(body), "application/json")[0])
memory_release_hooks += [_text.forget, _json.forget]
