"""Reads a response body: decompresses and decodes it within fixed limits."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterator
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
    set_malloc_option,
)

#: Supported charsets, all decoded in C in linear time. Others (punycode takes minutes) are read as UTF-8.
CHARSETS = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf-16le", "utf-16be", "latin1", "koi8-r"}
    | {f"iso-8859-{number}" for number in (1, 2, 5, 7, 9, 15)}
    | {f"windows-125{number}" for number in (0, 1, 2, 3, 4, 7)}
    | {"shift_jis", "euc-jp", "euc-kr", "gb2312", "gbk", "gb18030", "big5"}
)
#: Requested content encodings and their zlib window bits.
FORMATS = {"gzip": 31, "x-gzip": 31, "deflate": 15}
FOUR_BYTES = 0xF0
"""Smallest first byte of a four-byte UTF-8 sequence."""
M_MMAP_THRESHOLD = -3
"""`mallopt` parameter of glibc: larger blocks are allocated with mmap."""
#: Called before a large body is read, to free caches.
memory_release_hooks: list[Callable[[], None]] = []
#: Large bodies are read one at a time: six at once would take six times the memory.
_large_body_slot = threading.Semaphore(1)


@cache
def _return_freed_memory() -> None:
    """Make glibc return freed large blocks to the system: by default each thread keeps some."""
    set_malloc_option(M_MMAP_THRESHOLD, LARGE // 4)


class BodyReader:
    """Reads one body; while it holds a large one, until `release`, no other large body is read."""

    def __init__(self) -> None:
        self._large = False

    def bytes(self, stream: Any, left: float) -> bytearray:
        """Return the decompressed body of a urllib3 response, `left` seconds before the deadline.

        Raises TooLargeError, CutShortBodyError if the compressed body is truncated, or UnknownEncodingError.
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
        """Allow the next large body to be read."""
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
    """Decompress in chunks, so that a decompression bomb stops at the cap."""
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
    """Decode a body by the charset of its content type, else as UTF-8; invalid bytes are replaced.

    Raises TooLargeError.
    """
    charset = "utf-8"
    for parameter in content_type.split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            charset = value.strip().strip("\"'").lower()
    if len(body) > MAX_WIDE_BODY and max(body) >= FOUR_BYTES:
        raise TooLargeError(f"the body is longer than {MAX_WIDE_BODY} bytes and has characters outside the basic plane")
    # Browsers and HTTP clients strip the byte order mark, too.
    return body.decode(charset if charset in CHARSETS else "utf-8", "replace").removeprefix("\ufeff")
