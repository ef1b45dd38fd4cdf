"""Extracts the names of a rejected certificate.

After a failed verification `ssl` gives no access to the server's certificate, which is the evidence: a proxy's default
certificate, say. OpenSSL passes the decrypted handshake messages to a callback; only the names of subject and issuer
are read from them, as untrusted text.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Any

SEQUENCE, SET, VERSION, OID = 0x30, 0x31, 0xA0, 0x06
HANDSHAKE, CERTIFICATE = 22, 11
"""TLS content type and message type (RFC 5246, 6.2.1 and 7.4)."""
ABBREVIATIONS = {b"\x55\x04\x03": "CN", b"\x55\x04\x0a": "O"}
"""Object identifier → abbreviation in a name: 2.5.4.3 and 2.5.4.10."""
MAX_PART = 80
"""Maximum characters of one part of a name."""


def keep(context: ssl.SSLContext) -> None:
    """Make each socket of a context store the server's certificate message as `shown`.

    Set on the base class: the setter of `ssl.SSLContext` creates three enums for each of a handshake's 30 messages.
    """

    def message(sock: Any, direction: str, _version: int, content: int, kind: int, data: bytes) -> None:
        if kind == CERTIFICATE and content == HANDSHAKE and direction == "read" and hasattr(sock, "shown"):
            sock.shown = bytes(data)

    below: Any = ssl.SSLContext.__base__
    below._msg_callback.__set__(context, message)  # noqa: SLF001 -- the only way before Python 3.13


def names(message: bytes) -> str:
    """Return `for CN=…, issued by CN=…` for the first certificate of a handshake message; empty if there is none."""
    try:
        return _names(message)
    except (IndexError, UnicodeDecodeError):
        return ""


def _names(message: bytes) -> str:
    # RFC 5246, 7.4.2: a list of certificates, each with its length; RFC 8446, 4.4.2 puts a context before it.
    at = 4 + (1 + message[4] if message[4] == 0 and int.from_bytes(message[5:8]) == len(message) - 8 else 0)
    length = int.from_bytes(message[at + 3 : at + 6])
    certificate = message[at + 6 : at + 6 + length]
    _, inside = next(_parts(certificate))
    _, signed = next(_parts(inside))
    fields = [each for each in _parts(signed) if each[0] != VERSION]
    issuer, subject = _name(fields[2][1]), _name(fields[4][1])  # serial, algorithm, issuer, validity, subject
    return f"for {subject or 'no name'}, issued by {issuer or 'no name'}"


def _name(data: bytes) -> str:
    found = []
    for _, relative in _parts(data):
        for _, pair in _parts(relative):
            (_, oid), (_, value) = list(_parts(pair))[:2]
            if oid in ABBREVIATIONS:
                found.append(f"{ABBREVIATIONS[oid]}={value.decode('utf-8', 'replace')[:MAX_PART]}")
    return ", ".join(found)


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and content of each element of a DER sequence (X.690, 8.1)."""
    at = 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[at : at + count]), at + count
        yield tag, data[at : at + length]
        at += length
