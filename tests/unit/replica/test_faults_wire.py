"""Each fault of the wire and of TLS breaks the conversation in the way that its title says."""

from __future__ import annotations

import gzip
import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from smokegate.replica import FAULTS

_REQUEST = b"GET /health HTTP/1.1\r\nhost: replica\r\n\r\n"
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"

# What a client that knows nothing of HTTP gets, in the order in which it can be known: an error, or how what
# arrives begins.
FACES: dict[str, type[Exception] | bytes] = {
    "name-not-found": socket.gaierror,
    "refused": ConnectionRefusedError,
    "reset": ConnectionResetError,
    "hung-up": b"",
    "hung": TimeoutError,
    "dripping": b"H",
    "truncated": _HEAD + b'content-length: 1000\r\n\r\n{"status": "heal',
    "truncated-chunks": _HEAD + b"transfer-encoding: chunked\r\n\r\n40\r\n",
    "garbage": b"SSH-2.0-",
    "bad-chunks": _HEAD + b"transfer-encoding: chunked\r\n\r\nzz",
    "redirect-loop": b"HTTP/1.1 301 ",
    "redirect-ping-pong": b"HTTP/1.1 308 ",
    "redirect-elsewhere": b"HTTP/1.1 302 ",
    "endless-body": _HEAD + b"transfer-encoding: chunked\r\n\r\n8000\r\n   ",
    "gzip-bomb": b"HTTP/1.1 200 ",
    "huge-headers": _HEAD + b"x-padding: xxxxxxxx",
}
CERTIFICATES = {
    "tls-expired": "certificate has expired",
    "tls-wrong-host": "certificate is not valid for '127.0.0.1'",
    "tls-untrusted": "unable to get local issuer certificate",
    "tls-self-signed": "self-signed certificate",
}
_OF_WIRE = [
    (kind, name)
    for kind, of_kind in FAULTS.items()
    for name, fault in of_kind.items()
    if fault.where == "wire" and not fault.needs and not fault.tls
]


def _begins(url: str, size: int, timeout: float = 60.0) -> bytes:
    """The first bytes of an answer: as many as are wanted, or until nothing more comes."""
    parts = urlsplit(url)
    received = b""
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=timeout) as connection:
        connection.sendall(_REQUEST)
        while len(received) < size and (block := connection.recv(size - len(received))):
            received += block
    return received


@pytest.mark.parametrize(("kind", "name"), _OF_WIRE)
def test_the_wire_is_broken_as_described(serve: Any, kind: str, name: str) -> None:
    replica, face = serve(kind, name), FACES[name]
    if isinstance(face, bytes):
        assert _begins(replica.backend_url, len(face) or 1) == face
    else:
        with pytest.raises(face):
            _begins(replica.backend_url, 1, timeout=0.3 if face is TimeoutError else 60.0)


@pytest.mark.parametrize("name", ["redirect-loop", "redirect-ping-pong"])
def test_redirects_never_end(serve: Any, ask: Any, name: str) -> None:
    with pytest.raises(requests.TooManyRedirects):
        ask(serve("tectonic", name), "GET", "/health")


def test_a_dripping_server_goes_on_after_its_first_byte(serve: Any, ask: Any) -> None:
    replica = serve("tectonic", "dripping")
    with pytest.raises(requests.ReadTimeout):
        ask(replica, "GET", "/health", timeout=0.3)


def test_the_bomb_is_small_on_the_wire_and_large_unpacked(serve: Any, ask: Any) -> None:
    answer = ask(serve("tectonic", "gzip-bomb"), "GET", "/health", stream=True)
    unpacked = len(gzip.decompress(answer.raw.read(decode_content=False)))
    assert int(answer.headers["content-length"]) < 1_000_000
    assert unpacked == 256 << 20


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, of_kind in FAULTS.items() for name in CERTIFICATES if name in of_kind],
)
def test_a_certificate_is_not_to_be_trusted(serve: Any, ask: Any, kind: str, name: str) -> None:
    with pytest.raises(requests.exceptions.SSLError, match=CERTIFICATES[name]):
        ask(serve(kind, name), "GET", "/health")


def test_only_the_backends_certificate_is_broken(serve: Any, ask: Any) -> None:
    assert ask(serve("tectonic", "tls-expired"), "GET", "/", frontend=True).status_code == 200


def test_an_expiring_certificate_is_still_valid_for_some_days(serve: Any) -> None:
    replica = serve("tectonic", "tls-expiring")
    trusted = ssl.create_default_context(cafile=str(replica.ca_file))
    address = ("127.0.0.1", urlsplit(replica.backend_url).port)
    with (
        socket.create_connection(address, timeout=60) as plain,
        trusted.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        certificate = secure.getpeercert()
    assert certificate is not None
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    assert timedelta(0) < ends - datetime.now(UTC) < timedelta(days=3)
