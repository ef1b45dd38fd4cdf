"""The closed set of causes of a request without a response, and error chains."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum


class Stage(Enum):
    """The phase in which a request failed."""

    NAME = "name lookup"
    CONNECT = "connection"
    TLS = "TLS handshake"
    EXCHANGE = "HTTP exchange"


class WireCause(Enum):
    """Why there is no response: stable code, stage, whether waiting can fix it, title."""

    NAME_NOT_FOUND = ("name-not-found", Stage.NAME, True, "the host name does not resolve")
    NAME_SERVER = ("name-server", Stage.NAME, True, "the name server returned no usable answer")
    REFUSED = ("refused", Stage.CONNECT, True, "the connection was refused")
    UNREACHABLE = ("unreachable", Stage.CONNECT, True, "there is no route to the host")
    PROXY = ("proxy", Stage.CONNECT, True, "the proxy of this machine did not connect")
    CONNECT_TIMEOUT = ("connect-timeout", Stage.CONNECT, True, "the connection attempt timed out")
    TLS_EXPIRED = ("tls-expired", Stage.TLS, False, "the certificate has expired")
    TLS_NOT_YET_VALID = ("tls-not-yet-valid", Stage.TLS, False, "the certificate is not valid yet")
    TLS_WRONG_HOST = ("tls-wrong-host", Stage.TLS, False, "the certificate is for another host")
    TLS_UNTRUSTED = ("tls-untrusted", Stage.TLS, False, "the certificate is not from a trusted authority")
    TLS_HANDSHAKE = ("tls-handshake", Stage.TLS, True, "the TLS handshake failed")
    TLS_CLIENT = ("tls-client-certificate", Stage.TLS, False, "the server did not accept this client's certificate")
    RESET = ("reset", Stage.EXCHANGE, True, "the connection was reset")
    CLOSED = ("closed", Stage.EXCHANGE, True, "the connection was closed without a response")
    READ_TIMEOUT = ("read-timeout", Stage.EXCHANGE, True, "no response arrived before the deadline")
    TRUNCATED = ("truncated", Stage.EXCHANGE, True, "the response ended before its announced length")
    BAD_FRAMING = ("bad-framing", Stage.EXCHANGE, True, "what was received is not an HTTP response")
    BAD_ENCODING = ("bad-encoding", Stage.EXCHANGE, True, "the body could not be decompressed")
    TOO_MANY_REDIRECTS = ("too-many-redirects", Stage.EXCHANGE, True, "there were too many redirects")
    BAD_REDIRECT = ("bad-redirect", Stage.EXCHANGE, True, "a redirect points to an invalid address")
    TOO_LARGE = ("too-large", Stage.EXCHANGE, True, "the response is larger than the limit")
    OTHER = ("other", Stage.EXCHANGE, True, "the request failed for an unknown reason")

    def __init__(self, code: str, stage: Stage, heals: bool, title: str) -> None:  # noqa: FBT001
        self.code = code
        self.stage = stage
        self.heals = heals
        self.title = title


def chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes, however the libraries wrapped them."""
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = (*each.args, getattr(each, "reason", None), each.__cause__, each.__context__)
        waiting += [found for found in inner if isinstance(found, BaseException)]
