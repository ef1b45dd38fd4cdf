"""What no server may make us do: the caps of one exchange, and the errors that say one was reached."""

from __future__ import annotations

#: A longer body (decompressed) is not read to its end: nothing that a smoke test asks for is this large.
MAX_BODY = 8 * 1024 * 1024
#: Everything that one connection may send for one request: head, framing and body.
MAX_WIRE = MAX_BODY + 1024 * 1024
#: Bodies over this size are read one at a time.
LARGE = 512 * 1024
#: A longer text is kept packed, whole unless it packs to more bytes than this: then its first characters are kept.
SMALL_TEXT = 32 * 1024
KEPT_PACKED = 1024 * 1024
KEPT_TEXT = 1024 * 1024
#: The same of a script: it is read whole, but little of it is evidence.
KEPT_SCRIPT = 16 * 1024
#: The largest share of a header that is kept.
KEPT_HEADER = 4096
MAX_REDIRECTS = 5
MAX_SCRIPTS = 20
#: Interim answers (102, 103) before the answer itself.
MAX_INTERIM = 20
CHUNK = 64 * 1024
#: Of a JSON body: characters, values, levels, and digits of one number.
MAX_JSON = 4 * 1024 * 1024
#: The same of a body and of JSON with characters outside the basic plane: one makes a text four times as large.
MAX_WIDE_BODY = 5 * 1024 * 1024
MAX_WIDE_JSON = 2 * 1024 * 1024
MAX_JSON_VALUES = 100_000
MAX_JSON_DEPTH = 100
MAX_NUMBER = 400
#: Decimal digits of a number in a header.
MAX_DIGITS = 15


class TooManyRedirectsError(Exception):
    """More redirects than the cap."""


class BadRedirectError(Exception):
    """A redirect without a usable address, or whose target cannot be reached."""


class FailedProxyError(Exception):
    """The proxy of this machine cannot be used, or lets nothing through."""


class TooLargeError(Exception):
    """A body beyond the cap."""


class UnknownEncodingError(Exception):
    """A body that is encoded otherwise than was requested."""


class CutShortBodyError(Exception):
    """A compressed body that ends before its end mark."""


def number(text: str) -> int | None:
    """Read a decimal number of a header; None where it is none, or longer than any that makes sense."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None
