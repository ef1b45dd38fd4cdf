"""Shared TLS contexts, sockets with a deadline, and certificate details.

Loading the CA certificates takes 18 to 29 ms and 4 MB; libraries do it per connection, we do it once.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from smokegate.observation.exchange import Certificate
from smokegate.observation.transport import shown_certificate
from smokegate.observation.transport.limits import MAX_WIRE, TooLargeError

if TYPE_CHECKING:
    from smokegate.environment.request_options import ClientCertificate

#: Variables that name the CA bundle, as in requests and OpenSSL; the first one set wins.
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


class _Limited:
    """Applies the exchange's deadline and byte budget to each receive and send.

    It stops a server that drips bytes at the deadline, and endless headers or chunk lines at the cap.
    """

    deadline: float = float("inf")
    budget: float = float("inf")
    """Bytes that may still be received."""

    def spend(self, count: int) -> int:
        """Count received bytes; raises TooLargeError over the budget."""
        self.budget -= count
        if self.budget < 0:
            raise TooLargeError(f"the answer is longer than {MAX_WIRE} bytes")
        return count

    def left(self) -> float | None:
        """Return the seconds left, None without a deadline; raises TimeoutError if none are."""
        if self.deadline == float("inf"):
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")  # the message of a socket timeout
        return left

    def recv_into(self: Any, *args: Any, **kwargs: Any) -> int:
        self.settimeout(self.left())
        return self.spend(super().recv_into(*args, **kwargs))  # type: ignore[misc, no-any-return]


class Socket(_Limited, socket.socket):
    """A TCP socket that enforces the deadline of its exchange."""

    def sendall(self, *args: Any, **kwargs: Any) -> None:  # noqa: D102 -- as its base says
        self.settimeout(self.left())
        return super().sendall(*args, **kwargs)


class TlsSocket(_Limited, ssl.SSLSocket):
    """A TLS socket that enforces the deadline of its exchange."""

    shown: bytes = b""
    """The handshake message with the server's certificates, even if they are rejected."""

    def send(self, *args: Any, **kwargs: Any) -> int:  # noqa: D102 -- as its base says
        self.settimeout(self.left())
        try:
            return super().send(*args, **kwargs)
        except (ssl.SSLEOFError, ConnectionError) as error:
            # In TLS 1.3 a server rejects a client certificate after the handshake: its alert is still unread.
            try:
                super().recv(1)
            except ssl.SSLError as alert:
                raise (error if isinstance(alert, ssl.SSLEOFError) else alert) from None
            except OSError:
                pass
            raise


class Contexts:
    """The TLS contexts of a run, one per CA file and client certificate."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._contexts: dict[tuple[str | None, ClientCertificate | None], ssl.SSLContext] = {}

    def get(self, ca_file: str | None = None, certificate: ClientCertificate | None = None) -> ssl.SSLContext:
        """Return the shared context; the first call loads the CA certificates. Raises OSError."""
        with self._lock:
            if (ca_file, certificate) not in self._contexts:
                self._contexts[ca_file, certificate] = _context(ca_file, certificate)
            return self._contexts[ca_file, certificate]


def _context(ca_file: str | None, certificate: ClientCertificate | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslsocket_class = TlsSocket
    shown_certificate.keep(context)
    context.set_alpn_protocols(["http/1.1"])
    bundle = next((os.environ[name] for name in CA_VARIABLES if os.environ.get(name)), None)
    if bundle is None:
        import certifi  # noqa: PLC0415 -- not needed where a variable names the bundle

        bundle = certifi.where()
    if os.path.isdir(bundle):  # noqa: PTH112 -- start-up time: pathlib is not needed for this
        context.load_verify_locations(capath=bundle)
    else:
        context.load_verify_locations(cafile=bundle)
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    if certificate is not None:
        certificate.load_into(context)
    return context


MAX_CACHED = 1024
"""Maximum cached certificates: a server could present a different one on each connection."""
_CERTIFICATES: dict[bytes, Certificate] = {}


def certificate_of(sock: ssl.SSLSocket) -> Certificate | None:
    """Return the details of the peer's verified certificate, parsed once per certificate."""
    encoded = sock.getpeercert(binary_form=True)
    if not encoded:
        return None
    if (known := _CERTIFICATES.get(encoded)) is None:
        if len(_CERTIFICATES) >= MAX_CACHED:
            _CERTIFICATES.clear()
        known = _CERTIFICATES[encoded] = _parse(sock.getpeercert())
    return known


def _parse(shown: Any) -> Certificate:
    return Certificate(
        subject=_name(shown.get("subject", ())),
        issuer=_name(shown.get("issuer", ())),
        names=tuple(value for _, value in shown.get("subjectAltName", ())),
        expires=datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC),
    )


def _name(parts: Any) -> str:
    pairs = [pair for part in parts for pair in part]
    return ", ".join(f"{key}={value}" for key, value in pairs)
