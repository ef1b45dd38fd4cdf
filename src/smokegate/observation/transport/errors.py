"""Maps every error of urllib3, http.client, ssl and socket to a `WireCause`, in one table."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import ssl
from collections.abc import Callable

import urllib3.exceptions

from smokegate.observation.transport.causes import WireCause, chain
from smokegate.observation.transport.connect import ConnectTimeoutError, HandshakeError
from smokegate.observation.transport.limits import (
    BadRedirectError,
    CutShortBodyError,
    FailedProxyError,
    TooLargeError,
    TooManyRedirectsError,
    UnknownEncodingError,
)
from smokegate.observation.transport.lookup import NameTimeoutError

#: `getaddrinfo` codes for "no such name"; all others are failures of the name server.
NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME), socket.EAI_FAMILY}
NO_ROUTE = {
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.EHOSTDOWN,
    errno.EADDRNOTAVAIL,
    errno.EACCES,
    errno.EPERM,
}
#: TLS alerts about the client certificate (RFC 8446, 6.2), in OpenSSL's wording.
CLIENT_ALERT = re.compile(
    r"alert (?:certificate (?:required|expired|revoked|unknown)|bad certificate|unsupported certificate|unknown ca"
    r"|access denied)\b"
)
#: Codes of `X509_verify_cert` (OpenSSL's x509_vfy.h).
EXPIRED, NOT_YET_VALID, WRONG_HOST = {10}, {9}, {62, 64}


def _verify_code(*codes: int) -> Callable[[BaseException], bool]:
    return lambda error: getattr(error, "verify_code", None) in codes


def _errno(*codes: int) -> Callable[[BaseException], bool]:
    return lambda error: getattr(error, "errno", None) in codes


def _message_contains(*words: str) -> Callable[[BaseException], bool]:
    return lambda error: any(word in str(error) for word in words)


def _refuses_client(error: BaseException) -> bool:
    """Return whether the server's TLS alert is about the client certificate, or its absence."""
    return CLIENT_ALERT.search(str(error)) is not None


def _always(_: BaseException) -> bool:
    return True


Row = tuple[type[BaseException], Callable[[BaseException], bool], WireCause]

#: Most specific first; the first row that matches any error in the chain wins.
TABLE: tuple[Row, ...] = (
    (TooManyRedirectsError, _always, WireCause.TOO_MANY_REDIRECTS),
    (BadRedirectError, _always, WireCause.BAD_REDIRECT),
    (TooLargeError, _always, WireCause.TOO_LARGE),
    (CutShortBodyError, _always, WireCause.TRUNCATED),
    (UnknownEncodingError, _always, WireCause.BAD_ENCODING),
    (FailedProxyError, _always, WireCause.PROXY),
    (urllib3.exceptions.ProxyError, _always, WireCause.PROXY),
    (NameTimeoutError, _always, WireCause.NAME_SERVER),
    (socket.gaierror, _errno(*NO_SUCH_NAME), WireCause.NAME_NOT_FOUND),
    (socket.gaierror, _always, WireCause.NAME_SERVER),
    (UnicodeError, _message_contains("label", "idna", "codec can't encode"), WireCause.NAME_NOT_FOUND),
    (ConnectTimeoutError, _always, WireCause.CONNECT_TIMEOUT),
    (ssl.SSLCertVerificationError, _verify_code(*EXPIRED), WireCause.TLS_EXPIRED),
    (ssl.SSLCertVerificationError, _verify_code(*NOT_YET_VALID), WireCause.TLS_NOT_YET_VALID),
    (ssl.SSLCertVerificationError, _verify_code(*WRONG_HOST), WireCause.TLS_WRONG_HOST),
    (ssl.SSLCertVerificationError, _always, WireCause.TLS_UNTRUSTED),
    (OSError, _refuses_client, WireCause.TLS_CLIENT),
    (HandshakeError, _always, WireCause.TLS_HANDSHAKE),
    (ConnectionRefusedError, _always, WireCause.REFUSED),
    (OSError, _errno(*NO_ROUTE), WireCause.UNREACHABLE),
    (OSError, _errno(errno.ETIMEDOUT), WireCause.CONNECT_TIMEOUT),
    (urllib3.exceptions.InvalidChunkLength, _always, WireCause.BAD_FRAMING),
    (http.client.IncompleteRead, _always, WireCause.TRUNCATED),
    (urllib3.exceptions.ProtocolError, _message_contains("Response ended prematurely"), WireCause.TRUNCATED),
    (urllib3.exceptions.ProtocolError, _message_contains("exceeded maximum"), WireCause.TOO_LARGE),
    (http.client.RemoteDisconnected, _always, WireCause.CLOSED),
    (http.client.LineTooLong, _always, WireCause.TOO_LARGE),
    (http.client.HTTPException, _message_contains("got more than"), WireCause.TOO_LARGE),
    (urllib3.exceptions.DecodeError, _always, WireCause.BAD_ENCODING),
    (urllib3.exceptions.InvalidHeader, _always, WireCause.BAD_FRAMING),
    (urllib3.exceptions.HeaderParsingError, _always, WireCause.BAD_FRAMING),
    (ConnectionResetError, _always, WireCause.RESET),
    (BrokenPipeError, _always, WireCause.RESET),
    (ConnectionAbortedError, _always, WireCause.RESET),
    (TimeoutError, _always, WireCause.READ_TIMEOUT),
    (urllib3.exceptions.ReadTimeoutError, _always, WireCause.READ_TIMEOUT),
    (ssl.SSLEOFError, _always, WireCause.CLOSED),
    (ssl.SSLZeroReturnError, _always, WireCause.CLOSED),
    (ssl.SSLError, _always, WireCause.RESET),
    (http.client.HTTPException, _always, WireCause.BAD_FRAMING),
    (urllib3.exceptions.LocationParseError, _always, WireCause.BAD_REDIRECT),
)


def cause_of(error: BaseException) -> tuple[WireCause, str]:
    """Return the cause of a failed request and the library's error message."""
    errors = list(chain(error))
    for kind, fits, cause in TABLE:
        for each in errors:
            if isinstance(each, kind) and fits(each):
                return cause, _describe(each)
    return WireCause.OTHER, _describe(errors[-1])


def _describe(error: BaseException) -> str:
    message = getattr(error, "verify_message", "") or str(error)  # without OpenSSL's prefix
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return "; ".join([text, *getattr(error, "__notes__", ())])
