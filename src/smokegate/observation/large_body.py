"""Bodies that are too large to be kept as they are: packed, and unpacked while something is read from them.

Expectations are judged on the whole of what the server sent, and a run keeps every answer until its end. The parsed
form of a JSON body takes twenty times the memory of its text, so that it is not kept either.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

from smokegate.observation.model import Body
from smokegate.observation.transport.body import parse
from smokegate.observation.transport.limits import KEPT_PACKED, KEPT_TEXT


class LargeBody(Body):
    """A body whose text and JSON value are made anew where they are read; the last one read stays at hand."""

    def __init__(self, text: str, size: int, *, is_json: bool = False, withheld: bool = False) -> None:
        packed = _pack(text)
        # Text that does not shrink is no page: its first part is evidence enough. JSON is judged by all its values.
        cut = len(packed) > KEPT_PACKED and not is_json
        if cut:
            packed = _pack(text[:KEPT_TEXT])
        vars(self).update(packed=packed, size=size, cut=cut, is_json=is_json, withheld=withheld)

    @property
    def text(self) -> str:
        """The text."""
        return _unpack(vars(self)["packed"])

    @property
    def json(self) -> Any:
        """The JSON value, None where it is none."""
        return _value(vars(self)["packed"]) if self.is_json else None


def _pack(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


@lru_cache(1)
def _unpack(packed: bytes) -> str:
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")


@lru_cache(1)
def _value(packed: bytes) -> Any:
    return parse(_unpack(packed), "application/json")[0]
