"""Opens TCP connections and does TLS handshakes within a deadline, using only the standard library."""

from __future__ import annotations

import errno
import os
import selectors
import socket
import ssl
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from msgspec import Struct, field

from smokegate.observation.exchange import Certificate
from smokegate.observation.transport import shown_certificate
from smokegate.observation.transport.lookup import Address
from smokegate.observation.transport.tls import Socket, TlsSocket, certificate_of

if TYPE_CHECKING:
    from smokegate.environment.request_options import ClientCertificate

#: Seconds before the next address is tried in parallel (RFC 8305, section 5).
STAGGER = 0.25


class Route(NamedTuple):
    """Connection settings of a host, beyond its URL."""

    ca_file: str | None = None
    """CA file to trust besides the default ones."""
    certificate: ClientCertificate | None = None
    """The client certificate."""
    connect_to: str | None = None
    """`host` or `host:port` to connect to instead."""

    def over(self, scheme: str) -> Route:
        """Return the settings that apply to a scheme."""
        return self if scheme == "https" else Route(connect_to=self.connect_to)


DIRECT = Route()


class Origin(NamedTuple):
    """The target of a connection."""

    scheme: str
    host: str
    port: int
    route: Route = DIRECT

    @property
    def dialed(self) -> tuple[str, int]:
        """The host and port to connect to."""
        if self.route.connect_to is None:
            return self.host, self.port
        parts = urlsplit(f"//{self.route.connect_to}")
        return parts.hostname or "", parts.port or self.port


class ConnectTimeoutError(TimeoutError):
    """Connecting timed out."""


class HandshakeError(OSError):
    """The TLS handshake failed for a reason other than the certificate."""


class Connection(Struct):
    """An open connection and how long each phase of opening it took."""

    sock: Socket | TlsSocket
    address: str
    phases: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Phase → start (monotonic clock) and duration."""
    certificate: Certificate | None = None


def tcp(addresses: Sequence[Address], deadline: float) -> Socket:
    """Connect to the address that answers first, starting the attempts one shortly after another (Happy Eyeballs).

    Raises ConnectTimeoutError, or the most specific OSError: refused before unreachable.
    """
    waiting = list(addresses)
    errors: list[OSError] = []
    with selectors.DefaultSelector() as selector:
        winner: Socket | None = None
        try:
            while winner is None and (waiting or selector.get_map()):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ConnectTimeoutError("no answer to the attempt to connect before the deadline")
                if waiting:
                    _start_connecting(waiting.pop(0), selector, errors)
                winner = _first_connected(selector, min(left, STAGGER) if waiting else left, errors)
        finally:
            for key in list(selector.get_map().values()):
                if key.fileobj is not winner:
                    key.fileobj.close()  # type: ignore[union-attr]
    if winner is None:
        raise min(errors, key=_specificity)
    winner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return winner


def _start_connecting(address: Address, selector: selectors.BaseSelector, errors: list[OSError]) -> None:
    try:
        sock = Socket(address[0], socket.SOCK_STREAM)
    except OSError as error:
        errors.append(error)
        return
    sock.settimeout(0)
    code = sock.connect_ex(address[1])
    if code in {0, errno.EINPROGRESS, errno.EWOULDBLOCK}:
        selector.register(sock, selectors.EVENT_WRITE)
    else:
        sock.close()
        errors.append(OSError(code, os.strerror(code)))


def _first_connected(selector: selectors.BaseSelector, seconds: float, errors: list[OSError]) -> Socket | None:
    if not selector.get_map():
        return None
    for key, _ in selector.select(seconds):
        sock = key.fileobj
        assert isinstance(sock, Socket)
        code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        selector.unregister(sock)
        if code == 0:
            return sock
        sock.close()
        errors.append(OSError(code, os.strerror(code)))
    return None


def _specificity(error: OSError) -> int:
    order = (errno.ECONNREFUSED, errno.ETIMEDOUT, errno.EHOSTUNREACH, errno.ENETUNREACH)
    return order.index(error.errno) if error.errno in order else len(order)


def secure(sock: Socket, host: str, context: ssl.SSLContext, deadline: float) -> TlsSocket:
    """Do the TLS handshake; the certificate is always verified.

    Raises ssl.SSLCertVerificationError with a note of the certificate's names, or HandshakeError.
    """
    left = max(0.001, deadline - time.monotonic())
    sock.settimeout(left)
    try:
        wrapped = context.wrap_socket(sock, server_hostname=host.rstrip("."), do_handshake_on_connect=False)
        assert isinstance(wrapped, TlsSocket)
        try:
            wrapped.do_handshake()
        except BaseException as error:
            if shown := shown_certificate.names(wrapped.shown):
                error.add_note(f"the certificate is {shown}")
            wrapped.close()
            raise
    except ssl.SSLCertVerificationError:
        raise
    except TimeoutError as error:
        raise HandshakeError("the TLS handshake did not end before the deadline") from error
    except OSError as error:
        raise HandshakeError(str(error) or type(error).__name__) from error
    return wrapped


def address_of(sock: socket.socket) -> str:
    """Return `ip:port` of the peer; empty if it has already disconnected."""
    try:
        host, port = sock.getpeername()[:2]
    except OSError:
        return ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def describe(sock: Socket | TlsSocket, phases: dict[str, tuple[float, float]]) -> Connection:
    """Describe an open connection."""
    certificate = certificate_of(sock) if isinstance(sock, TlsSocket) else None
    return Connection(sock, address_of(sock), phases, certificate)
