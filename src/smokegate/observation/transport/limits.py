"""The resource limits of one exchange, and the errors raised when one is exceeded."""

from __future__ import annotations

from contextlib import suppress

#: Bytes of a decompressed body; nothing that a smoke test requests is larger.
MAX_BODY = 8 * 1024 * 1024
#: Bytes received for one request: head, framing and body.
MAX_WIRE = MAX_BODY + 1024 * 1024
#: Bytes above which bodies are read one at a time.
LARGE = 512 * 1024
#: A longer text is stored compressed; if that exceeds KEPT_PACKED bytes, only its first KEPT_TEXT characters are.
SMALL_TEXT = 32 * 1024
KEPT_PACKED = 1024 * 1024
KEPT_TEXT = 1024 * 1024
#: Characters of a script that are stored: it is read in full, but little of it is evidence.
KEPT_SCRIPT = 16 * 1024
#: Stored characters of a header.
KEPT_HEADER = 4096
MAX_REDIRECTS = 5
MAX_SCRIPTS = 20
#: Interim responses (102, 103) before the final one.
MAX_INTERIM = 20
CHUNK = 64 * 1024
#: JSON body: characters, values, levels, and digits of one number.
MAX_JSON = 4 * 1024 * 1024
#: Lower caps for text with characters outside the basic plane: one quadruples the memory.
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
    """A redirect whose target is invalid or unreachable."""


class FailedProxyError(Exception):
    """The configured proxy is unusable."""


class TooLargeError(Exception):
    """A response over a cap."""


class UnknownEncodingError(Exception):
    """A body whose encoding was not requested."""


class CutShortBodyError(Exception):
    """A truncated compressed body."""


def number(text: str) -> int | None:
    """Parse a decimal number in a header; None if it is not one, or implausibly long."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


def set_malloc_option(option: int, value: int) -> None:
    """Call `mallopt` of glibc; without effect on another system or with another C library."""
    import ctypes  # noqa: PLC0415 -- start-up time: only for a large body, or many threads

    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(option, value)
