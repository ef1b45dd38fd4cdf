"""What no server may make us do: the caps of one exchange, and the errors that say one was reached."""

from __future__ import annotations

#: A longer body (decompressed) is not read to its end: nothing that a smoke test asks for is this large.
MAX_BODY = 8 * 1024 * 1024
#: How much of a body's text is kept, in characters; a script is read whole, but little of it is evidence.
KEPT_TEXT = 1024 * 1024
KEPT_SCRIPT = 16 * 1024
#: The largest share of a header that is kept.
KEPT_HEADER = 4096
MAX_REDIRECTS = 5
MAX_SCRIPTS = 20
CHUNK = 64 * 1024


class TooManyRedirectsError(Exception):
    """More redirects than the cap."""


class BadRedirectError(Exception):
    """A redirect without a usable address, or from https to http."""


class TooLargeError(Exception):
    """A body beyond the cap."""
