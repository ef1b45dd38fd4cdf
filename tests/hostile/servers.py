"""Servers that do what no server should, each with how a request to it must end."""

from __future__ import annotations

import base64
import gzip
import json
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

HEAD = b"HTTP/1.1 200 OK\r\n"
JSON = HEAD + b"Content-Type: application/json\r\n"
MB = 1024 * 1024
LATE = "read-timeout"


@dataclass(frozen=True)
class Kind:
    """One way to misbehave."""

    name: str
    what: str
    ends: tuple[str, ...]
    """How the request may end: a status, or the code of the cause."""
    sends: Callable[[], Iterator[bytes]]
    """What comes over the connection after a request; it is closed behind the last piece."""
    holds: bool = False
    """Whether the connection is held open behind it."""

    @property
    def timeout(self) -> float:
        """The deadline of a request, in seconds.

        Short only where it may be what ends the request: a busy machine that is late with megabytes changes no outcome.
        """
        return 2.0 if LATE in self.ends else 20.0


def once(*pieces: bytes) -> Callable[[], Iterator[bytes]]:
    """Send these pieces."""
    return lambda: iter(pieces)


def sized(body: bytes, *headers: bytes) -> Callable[[], Iterator[bytes]]:
    """Send a proper answer with this body."""
    lines = b"".join(each + b"\r\n" for each in headers)
    return once(HEAD + lines + b"Content-Length: %d\r\n\r\n" % len(body), body)


def endless(start: bytes, piece: bytes) -> Callable[[], Iterator[bytes]]:
    """Send a beginning, and then the same forever."""

    def sends() -> Iterator[bytes]:
        yield start
        while True:
            yield piece

    return sends


def as_json(text: str) -> Callable[[], Iterator[bytes]]:
    """Send this as a JSON body."""
    return sized(text.encode(), b"Content-Type: application/json")


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ZIPPED = b"Content-Encoding: gzip"
ZEROS = zlib.compress(b"\0" * (64 * MB), 9)
FLOOD = b"x" * 65536
#: Text that hardly shrinks.
DENSE = base64.b64encode(random.Random(1).randbytes(4 * MB)).decode()  # noqa: S311 -- no secret
LARGE, FRAMING = "too-large", "bad-framing"
CLOSED, CUT, REDIRECT = "closed", "truncated", "bad-redirect"

KINDS = (
    Kind("silent", "accepts the request and sends nothing", (LATE,), once(), holds=True),
    Kind("hangs-up", "closes the connection without a response", (CLOSED, "reset"), once()),
    Kind("half-status-line", "stops in the middle of the status line", (LATE,), once(b"HTTP/1."), holds=True),
    Kind("half-head", "stops in the middle of the head", (LATE,), once(HEAD + b"X-A: "), holds=True),
    Kind(
        "half-body", "stops in the middle of the body", (LATE,), once(HEAD + b"Content-Length: 9\r\n\r\nx"), holds=True
    ),
    Kind(
        "cut-body",
        "closes the connection in the middle of the body",
        (CUT,),
        once(HEAD + b"Content-Length: 9\r\n\r\nx"),
    ),
    Kind("cut-chunk", "closes the connection in the middle of a chunk", (CUT,), once(CHUNKED + b"9\r\nx")),
    Kind("no-last-chunk", "closes the connection before the last chunk", (CUT,), once(CHUNKED + b"1\r\nx\r\n")),
    Kind("ssh", "speaks SSH", (FRAMING,), once(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")),
    Kind("bytes", "sends random bytes", (FRAMING,), once(bytes(range(256)) * 4)),
    Kind("empty-lines", "sends endless empty lines", (FRAMING, LARGE), endless(b"", b"\r\n" * 512)),
    Kind("status-flood", "sends an endless status line", (LARGE, FRAMING), endless(b"HTTP/1.1 200 ", FLOOD)),
    Kind("header-flood", "sends one endless header", (LARGE,), endless(HEAD + b"X-A: ", FLOOD)),
    Kind("headers-flood", "sends endless headers", (LARGE,), endless(HEAD, b"X-A: 1\r\n" * 64)),
    Kind("status-0", "sends status 0", (FRAMING,), once(b"HTTP/1.1 000 X\r\n\r\n")),
    Kind("status-9999", "sends status 9999", (FRAMING,), once(b"HTTP/1.1 9999 X\r\n\r\n")),
    Kind("interim-flood", "sends endless 103 responses", (LARGE,), endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n")),
    Kind(
        "interim-once",
        "sends 102 and 103 before the response",
        ("200",),
        once(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n", JSON + b"Content-Length: 2\r\n\r\n{}"),
    ),
    Kind(
        "length-5000-digits",
        "announces a length of 5,000 digits",
        (LARGE,),
        once(HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nx"),
        holds=True,
    ),
    Kind(
        "length-negative",
        "announces a negative length",
        ("200", FRAMING, CUT, LATE),
        once(HEAD + b"Content-Length: -5\r\n\r\nx"),
    ),
    Kind(
        "length-words", "announces a length in words", ("200", FRAMING), once(HEAD + b"Content-Length: many\r\n\r\nx")
    ),
    Kind(
        "length-twice",
        "announces two lengths",
        ("200", FRAMING, CUT),
        once(HEAD + b"Content-Length: 1\r\nContent-Length: 5\r\n\r\nx"),
    ),
    Kind(
        "length-9-mb", "announces nine megabytes", (LARGE,), once(HEAD + b"Content-Length: 9437184\r\n\r\n"), holds=True
    ),
    Kind("body-flood", "sends an endless body", (LARGE,), endless(HEAD + b"\r\n", FLOOD)),
    Kind("chunk-flood", "sends endless chunks", (LARGE,), endless(CHUNKED, b"10000\r\n" + FLOOD + b"\r\n")),
    Kind("tiny-chunks", "sends endless one-byte chunks", (LARGE, LATE), endless(CHUNKED, b"1\r\nx\r\n" * 2000)),
    Kind("chunk-line-flood", "sends an endless chunk-size line", (LARGE,), endless(CHUNKED, b"1" * 65536)),
    Kind("chunk-extension-flood", "sends an endless chunk extension", (LARGE,), endless(CHUNKED + b"1;", FLOOD)),
    Kind(
        "chunk-words", "sends chunk sizes that are not numbers", (FRAMING, CUT), once(CHUNKED + b"zz\r\nx\r\n0\r\n\r\n")
    ),
    Kind(
        "chunk-negative",
        "sends a negative chunk size",
        (FRAMING, CUT, LATE, "200"),
        once(CHUNKED + b"-1\r\nx\r\n0\r\n\r\n"),
    ),
    Kind(
        "trailer-flood",
        "sends endless trailers",
        ("200", LARGE, LATE),
        endless(CHUNKED + b"0\r\n", b"X-A: 1\r\n" * 64),
    ),
    Kind("gzip-bomb", "unpacks to 64 MB", (LARGE,), sized(ZEROS, b"Content-Encoding: deflate")),
    Kind("gzip-cut", "is compressed and cut short", (CUT,), sized(gzip.compress(b"x" * 9999)[:-9], ZIPPED)),
    Kind("gzip-not", "claims gzip but is not", ("bad-encoding",), sized(b"plain text", ZIPPED)),
    Kind("gzip-twice", "is encoded twice", ("bad-encoding",), sized(b"x", b"Content-Encoding: gzip, gzip")),
    Kind("brotli", "uses an encoding that was not requested", ("bad-encoding",), sized(b"x", b"Content-Encoding: br")),
    Kind("json-nested", "nests a hundred thousand brackets", (LARGE,), as_json("[" * 100_000 + "]" * 100_000)),
    Kind("json-many", "is 8 MB of `[[],[],…`", (LARGE,), as_json("[" + "[]," * (8 * MB // 3 - 9) + "0]")),
    Kind(
        "json-keys",
        "lists 5,000 `tokenAddress` entries",
        ("200", LARGE),
        as_json(json.dumps({f"tokenAddress{n}": "0x" + "a1" * 20 for n in range(5_000)})),
    ),
    Kind("json-number", "has a number of a million digits", (LARGE,), as_json(f"[{'9' * MB}]")),
    Kind("json-exponent", "has the number 1e999999", (LARGE,), as_json("[1e999999]")),
    Kind("json-dense", "is 4 MB of JSON that does not shrink", ("200", LATE), as_json(f'["{DENSE[: 4 * MB - 9]}"]')),
    Kind(
        "json-wide",
        "is 2 MB of JSON with one escaped emoji",
        ("200", LATE),
        as_json(f'["\\ud83d\\ude00{DENSE[: 2 * MB - 99]}"]'),
    ),
    Kind(
        "text-wide",
        "is 5 MB of text with one emoji",
        ("200", LATE),
        sized(f"\U0001f600{DENSE[: 5 * MB - 9]}".encode(), b"Content-Type: text/plain"),
    ),
    Kind("json-full", "has as many values as a body may have", ("200",), as_json("[" + "{},[]," * 24_900 + "0]")),
    Kind(
        "body-full",
        "is 8 MB of digits",
        ("200",),
        sized((b"%07d\n" % 1234567) * (8 * MB // 8), b"Content-Type: text/plain"),
    ),
    Kind(
        "error-full",
        "is an error with 8 MB of lines",
        ("500",),
        once(
            b"HTTP/1.1 500 X\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % (8 * MB),
            b"status: ok, error 5000; connect\n" * (8 * MB // 32),
        ),
    ),
    Kind(
        "error-tags",
        "is an error with 64 kB of `<`",
        ("500",),
        once(b"HTTP/1.1 500 X\r\nContent-Type: text/html\r\nContent-Length: 65536\r\n\r\n", b"<" * 65536),
    ),
    Kind("json-nan", "has NaN and Infinity", ("200",), as_json('{"a": NaN, "b": -Infinity}')),
    Kind("json-surrogates", "has lone surrogates", ("200",), as_json('{"a": "\\ud800", "\\udfff": 1}')),
    Kind(
        "json-same-keys",
        "repeats one key ten thousand times",
        ("200",),
        as_json("{" + ",".join(['"a": 1'] * 10_000) + "}"),
    ),
    Kind("jwt-flood", "is 150 kB of `eyJeyJ…`", ("200",), sized(b"eyJ" * 50_000, b"Content-Type: text/plain")),
    Kind(
        "dashes",
        "is 64 kB of `-----`",
        ("200",),
        sized(b'"' + b"-----" * 13_000, b"Content-Type: application/javascript"),
    ),
    Kind(
        "quotes",
        "is 1 MB of quotes and backslashes",
        ("200",),
        sized(b"\\\"'`" * (MB // 4), b"Content-Type: text/html"),
    ),
    Kind("tags", "is 1 MB of open tags", ("200",), sized(b"<a <!--" * (MB // 7), b"Content-Type: text/html")),
    Kind("addresses", "is 1 MB of `://a:b`", ("200",), sized(b"://a:b" * (MB // 6), b"Content-Type: text/plain")),
    Kind("spaces", "is 1 MB of white space", ("200",), sized(b" \t\r\n" * (MB // 4), b"Content-Type: text/plain")),
    Kind(
        "punycode",
        "declares charset=punycode, 600 kB",
        ("200",),
        sized(b"a-b" * 200_000, b"Content-Type: text/plain; charset=punycode"),
    ),
    Kind("charset-zip", "declares charset=zip", ("200",), sized(b"x" * 9999, b"Content-Type: text/plain; charset=zip")),
    Kind(
        "charset-idna",
        "declares charset=idna, 600 kB",
        ("200",),
        sized(b"a.b" * 200_000, b"Content-Type: text/plain; charset=idna"),
    ),
    Kind(
        "utf-16-odd",
        "is UTF-16 with an odd number of bytes",
        ("200",),
        sized(b"\xff\xfea\0b", b"Content-Type: text/plain; charset=utf-16"),
    ),
    Kind(
        "controls",
        "is full of terminal escapes",
        ("200",),
        sized(b"\x1b[2J\x1b]0;x\x07\x9b31m" * 999, b"X-Esc: \x1b[2J"),
    ),
    Kind(
        "redirect-itself",
        "redirects to itself",
        ("too-many-redirects",),
        once(b"HTTP/1.1 302 X\r\nLocation: /health\r\nContent-Length: 0\r\n\r\n"),
    ),
    Kind(
        "redirect-nowhere",
        "redirects to an invalid address",
        (REDIRECT,),
        once(b"HTTP/1.1 302 X\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n"),
    ),
    Kind(
        "redirect-file",
        "redirects to a file",
        (REDIRECT,),
        once(b"HTTP/1.1 302 X\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
    ),
    Kind(
        "redirect-metadata",
        "redirects to a cloud's metadata",
        ("302",),
        once(b"HTTP/1.1 302 X\r\nLocation: http://169.254.169.254/latest/\r\nContent-Length: 0\r\n\r\n"),
    ),
    Kind(
        "redirect-flood",
        "redirects to an address of 60 kB",
        ("302", REDIRECT, "too-many-redirects", LARGE),
        once(b"HTTP/1.1 302 X\r\nLocation: /" + b"a" * 60_000 + b"\r\nContent-Length: 0\r\n\r\n"),
    ),
    Kind(
        "retry-after-superscript",
        "sends `Retry-After: ²`",
        ("503",),
        once("HTTP/1.1 503 X\r\nRetry-After: ²\r\nContent-Length: 0\r\n\r\n".encode("latin-1")),
    ),
    Kind(
        "retry-after-year",
        "sends a `Retry-After` of a year",
        ("429",),
        once(b"HTTP/1.1 429 X\r\nRetry-After: 31536000\r\nContent-Length: 0\r\n\r\n"),
    ),
    Kind(
        "retry-after-date",
        "sends a `Retry-After` that is not a date",
        ("429",),
        once(b"HTTP/1.1 429 X\r\nRetry-After: Fri, 99 Foo 99999 99:99:99\r\nContent-Length: 0\r\n\r\n"),
    ),
    Kind(
        "age-5000-digits",
        "sends an `Age` header of 5,000 digits",
        ("200",),
        sized(b"{}", b"Age: " + b"9" * 5000, b"Content-Type: application/json"),
    ),
    Kind(
        "cookies",
        "sets ninety cookies",
        ("200",),
        sized(b"{}", *[b"Set-Cookie: c%d=%s; Path=/" % (n, b"v" * 3000) for n in range(90)]),
    ),
    Kind(
        "upgrade",
        "switches protocols (101)",
        ("101", FRAMING, CUT, "200"),
        once(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nxxxx"),
    ),
    Kind("http-0.9", "sends a body without a head", (FRAMING,), once(b"<html>hello</html>")),
    Kind("nul-header", "has NUL bytes in a header", ("200", FRAMING), sized(b"{}", b"X-Nul: a\0b")),
)
