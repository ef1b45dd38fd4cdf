"""Reads a body: decompressed, decoded and parsed, each within a cap, whatever the server sends."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from smokegate.observation.transport.limits import (
    CHUNK,
    LARGE,
    MAX_BODY,
    MAX_WIDE_BODY,
    CutShortBodyError,
    TooLargeError,
    UnknownEncodingError,
    number,
)

#: The character sets that are decoded: all in C and in linear time. Others (punycode takes minutes) count as UTF-8.
CHARSETS = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be", "latin1", "koi8-r"}
    | {f"iso-8859-{number}" for number in (1, 2, 5, 7, 9, 15)}
    | {f"windows-125{number}" for number in (0, 1, 2, 3, 4, 7)}
    | {"shift_jis", "euc-jp", "euc-kr", "gb2312", "gbk", "gb18030", "big5"}
)
#: What content encodings are called that were requested, and the format that zlib knows them by.
FORMATS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
FOUR_BYTES = 0xF0
"""The first byte of the characters that UTF-8 writes with four."""
M_MMAP_THRESHOLD = -3
"""A parameter of glibc's `mallopt`: blocks over so many bytes are of their own."""
#: Called before a large body is read: frees memory that holds values which can be computed again.
memory_release_hooks: list[Callable[[], None]] = []
#: Large bodies are read one at a time: six at once would need six times their memory.
_large_body_slot = threading.Semaphore(1)


@cache
def _return_freed_memory() -> None:
    """Have glibc give large blocks back to the system when they are freed: by default each thread keeps some."""
    import ctypes  # noqa: PLC0415 -- start-up time: only where a large body comes

    with suppress(OSError, AttributeError):  # another system, or another C library
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE // 4)


class BodyReader:
    """One body on its way, until `release`: what it holds for a large one keeps the next large one waiting."""

    def __init__(self) -> None:
        self._large = False

    def bytes(self, stream: Any, left: float) -> bytearray:
        """Return a body, decompressed.

        Args:
            stream: urllib3's response.
            left: the seconds until the deadline.

        Raises:
            TooLargeError: it is longer than the cap, or is announced to be.
            CutShortBodyError: its compressed form ends too early.
            UnknownEncodingError: it is encoded in a way that was not requested, or not as it says.
        """
        announced = stream.headers.get("content-length", "").strip()
        if announced and stream.length_remaining != 0:
            size = number(announced)
            if size is None and announced.isdecimal():
                raise TooLargeError(f"a body of more than {MAX_BODY} bytes is announced, {len(announced)} digits long")
            if size is not None and size > MAX_BODY:
                raise TooLargeError(f"a body of {size} bytes is announced, the cap is {MAX_BODY}")
        body = bytearray()
        for chunk in _decompressed(stream):
            body += chunk
            if len(body) > MAX_BODY:
                raise TooLargeError(f"the body is longer than the cap of {MAX_BODY} bytes")
            if len(body) > LARGE and not self._large:
                _return_freed_memory()
                self._large = _large_body_slot.acquire(timeout=max(0.0, left))
                for each in memory_release_hooks:
                    each()
        return body

    def release(self) -> None:
        """Let the next large body be read."""
        if self._large:
            self._large = False
            _large_body_slot.release()


def _decompressed(stream: Any) -> Iterator[bytes]:
    encoding = stream.headers.get("content-encoding", "").strip().lower()
    raw = stream.stream(CHUNK, decode_content=False)
    if encoding in {"", "identity"}:
        yield from raw
        return
    if encoding not in FORMATS:
        raise UnknownEncodingError(f"the body is encoded as {encoding[:60]!r}, which was not requested")
    yield from _inflated(raw, encoding)


def _inflated(raw: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Decompress piece by piece, so that a small body that unpacks to a huge one stops at the cap."""
    engine, started = zlib.decompressobj(FORMATS[encoding]), False
    for piece in raw:
        data = piece
        while data:
            try:
                out = engine.decompress(data, CHUNK)
            except zlib.error as error:
                if started or encoding != "deflate":
                    raise UnknownEncodingError(f"the body is not {encoding}: {error}") from error
                engine = zlib.decompressobj(-15)  # many servers send "deflate" without zlib's header
                out = engine.decompress(data, CHUNK)
            started = True
            yield out
            data = engine.unconsumed_tail or engine.unused_data
            if engine.eof and data:
                engine = zlib.decompressobj(FORMATS[encoding])
    if started and not engine.eof:
        raise CutShortBodyError(f"the {encoding} body ends before its end mark")


def decode(body: bytes | bytearray, content_type: str) -> str:
    """Decode a body as its content type says, else as UTF-8; what does not decode is replaced.

    Raises:
        TooLargeError: it would take too much memory.
    """
    charset = "utf-8"
    for parameter in content_type.split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            charset = value.strip().strip("\"'").lower()
    if len(body) > MAX_WIDE_BODY and max(body) >= FOUR_BYTES:
        raise TooLargeError(f"the body is longer than {MAX_WIDE_BODY} bytes and has characters outside the basic plane")
    # The mark before a text is part of its encoding: browsers and clients leave it out.
    return body.decode(charset if charset in CHARSETS else "utf-8", "replace").removeprefix("\ufeff")
