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
from functools import cache, lru_cache, partial
from typing import Any

from smokegate.observation.model import Body
from smokegate.observation.transport.body import makes_room, parse
from smokegate.observation.transport.limits import KEPT_PACKED, KEPT_TEXT

PIECE = 128 * 1024
"""Characters that are packed at a time, so that no second copy of a text is made."""
IN_MEMORY = 128 * 1024
"""A packed body of more bytes is kept in a file."""


class LargeBody(Body):
    """A body whose text and JSON value are made anew where they are read; the last one read stays at hand."""

    def __init__(self, text: str, size: int, *, is_json: bool = False, withheld: bool = False) -> None:
        # Text that does not shrink is no page: its first part is evidence enough. JSON is judged by all its values.
        packed = _pack(text, None if is_json else KEPT_PACKED)
        cut = packed is None
        if packed is None:
            packed = _pack(text[:KEPT_TEXT], None)
        assert packed is not None
        vars(self).update(kept=_kept(packed), size=size, cut=cut, is_json=is_json, withheld=withheld)

    @property
    def text(self) -> str:
        """The text."""
        return _unpack(vars(self)["kept"])

    @property
    def json(self) -> Any:
        """The JSON value, None where it is none."""
        return _value(vars(self)["kept"]) if self.is_json else None


def _pack(text: str, most: int | None) -> bytes | None:
    """Return a text packed, None where that takes more bytes than are allowed."""
    engine, packed = zlib.compressobj(1), bytearray()
    for start in range(0, len(text), PIECE):
        packed += engine.compress(text[start : start + PIECE].encode("utf-8", "surrogatepass"))
        if most is not None and len(packed) > most:
            return None
    return bytes(packed + engine.flush())


class _Spool:
    """A file that no one else can open, and that is gone when the process ends."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- for as long as the process runs
        self._lock = threading.Lock()
        self._end = 0

    def put(self, data: bytes) -> partial[bytes]:
        """Add data; returns what reads it again."""
        with self._lock:
            start, self._end = self._end, self._end + len(data)
        written = os.pwrite(self._file.fileno(), data, start)
        if written < len(data):
            raise OSError("no room for all of it")
        return partial(os.pread, self._file.fileno(), len(data), start)


_spool = cache(_Spool)


def _kept(packed: bytes) -> bytes | partial[bytes]:
    """Return a packed body, or what reads it from the file; in memory it stays where no file can be written."""
    if len(packed) <= IN_MEMORY:
        return packed
    try:
        return _spool().put(packed)
    except OSError:
        return packed


@lru_cache(1)
def _unpack(kept: bytes | partial[bytes]) -> str:
    return zlib.decompress(kept if isinstance(kept, bytes) else kept()).decode("utf-8", "surrogatepass")


@lru_cache(1)
def _value(kept: bytes | partial[bytes]) -> Any:
    return parse(_unpack(kept), "application/json")[0]


makes_room += [_unpack.cache_clear, _value.cache_clear]
