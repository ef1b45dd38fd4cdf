"""Compresses large bodies and decompresses them on access.

Assertions need the whole body, and a run keeps every response until it ends. The parsed form of a JSON body takes
twenty times the memory of its text, so it is not kept either. Bodies that do not compress well go to a file.
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
"""Characters compressed at a time, to avoid a second copy of the text."""
IN_MEMORY = 128 * 1024
"""Compressed bodies over this many bytes go to a file."""


class LargeBody(Body):
    """A body that is decoded on each access; the last one accessed stays cached."""

    def __init__(self, text: str, size: int, *, is_json: bool = False, withheld: bool = False) -> None:
        # Text that does not compress is not a page: its beginning is evidence enough. JSON is needed in full.
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
        """Pickle the body itself, not its place in this process's file."""
        return {**vars(self), "kept": vars(self)["kept"]()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Store a body that another process pickled."""
        vars(self).update(state, kept=_store(state["kept"]))

    @property
    def start(self) -> str:
        """The beginning of the text, without decompressing."""
        return str(vars(self)["first"])

    @property
    def text(self) -> str:
        """The text."""
        return str(_text(self))

    @property
    def json(self) -> Any:
        """The JSON value, None if the body is not JSON."""
        return _json(self) if self.is_json else None


def _pack(text: str, limit: int | None) -> tuple[bytes, int]:
    """Return the compressed text and its uncompressed size in bytes; size 0 if it compresses to over `limit`."""
    engine, packed, size = zlib.compressobj(1), bytearray(), 0
    for start in range(0, len(text), PIECE):
        piece = text[start : start + PIECE].encode("utf-8", "surrogatepass")
        packed += engine.compress(piece)
        size += len(piece)
        if limit is not None and len(packed) > limit:
            return b"", 0
    return bytes(packed + engine.flush()), size


class _Spool:
    """An unlinked temporary file: no one else can open it, and it vanishes when the process ends."""

    def __init__(self) -> None:
        self._file, path = tempfile.mkstemp(prefix="smokegate-")
        Path(path).unlink()
        self._lock = threading.Lock()
        self._end = 0

    def put(self, data: bytes) -> Callable[[], bytes]:
        """Append data; return a function that reads it back."""
        with self._lock:
            start, self._end = self._end, self._end + len(data)
        if os.pwrite(self._file, data, start) < len(data):
            raise OSError("no room for all of it")
        return partial(os.pread, self._file, len(data), start)


@cache
def _spool(_process: int) -> _Spool:
    """Return the file of a process: a forked child must not write to its parent's."""
    return _Spool()


def _store(packed: bytes) -> Callable[[], bytes]:
    """Store a compressed body, in memory if no file can be written; return a function that reads it back."""
    if len(packed) > IN_MEMORY:
        try:
            return _spool(os.getpid()).put(packed)
        except OSError:
            pass
    return lambda: packed


class _LastResult:
    """Caches one result, which is freed before the next is computed."""

    def __init__(self, make: Callable[[LargeBody], Any]) -> None:
        self._make = make
        self._held: tuple[LargeBody, Any] | None = None

    def __call__(self, body: LargeBody) -> Any:
        """Return the result for a body."""
        held = self._held
        if held is not None and held[0] is body:
            return held[1]
        held = self._held = None
        made = self._make(body)
        self._held = (body, made)
        return made

    def forget(self) -> None:
        """Free the cached result."""
        self._held = None


def _unpack(body: LargeBody) -> str:
    # With the size known, zlib allocates one buffer instead of joining many.
    return zlib.decompress(vars(body)["kept"](), bufsize=vars(body)["unpacked"]).decode("utf-8", "surrogatepass")


_text = _LastResult(_unpack)
_json = _LastResult(lambda body: parse(_text(body), "application/json")[0])
memory_release_hooks += [_text.forget, _json.forget]
