"""The physical limit: connect, TLS handshake, register, log in, check the account. Prints the seconds.

These wait for each other in any suite that proves that a login works. Nothing else is done, and neither the
interpreter's start nor the reading of the certificate authority counts.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import time
import uuid
from urllib.parse import urlsplit


def ask(line: socket.socket, host: str, target: str, body: object = None, token: str = "") -> dict[str, str]:
    """Send one request over the open connection and return the JSON of its answer."""
    method = "GET" if body is None else "POST"
    data = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(data)}\r\n"
    head += "Content-Type: application/json\r\n" + (f"Authorization: Bearer {token}\r\n" if token else "")
    line.sendall(head.encode() + b"\r\n" + data)
    received = b""
    while b"\r\n\r\n" not in received:
        received += line.recv(65536) or _closed()
    top, _, rest = received.partition(b"\r\n\r\n")
    status, *lines = top.decode().lower().split("\r\n")
    headers = dict(each.split(": ", 1) for each in lines)
    while len(rest) < int(headers["content-length"]):
        rest += line.recv(65536) or _closed()
    assert status.split()[1][0] == "2", f"{target}: {status}"
    return json.loads(rest)


def _closed() -> bytes:
    raise ConnectionError("the server hung up")


def main() -> None:
    """Walk the chain once."""
    url = urlsplit(os.environ["BENCH_BACKEND"])
    context = ssl.create_default_context(cafile=os.environ["BENCH_CA"]) if url.scheme == "https" else None
    login = {"email": f"bench+{uuid.uuid4().hex}@example.com", "password": "Correct-horse-7"}
    assert url.hostname
    assert url.port
    began = time.perf_counter()
    line = socket.create_connection((url.hostname, url.port), timeout=10)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if context:
        line = context.wrap_socket(line, server_hostname=url.hostname)
    with line:
        made = ask(line, url.netloc, "/api/auth/register", {**login, "full_name": "Benchmark"})
        token = ask(line, url.netloc, "/api/auth/login", login)["access_token"]
        assert ask(line, url.netloc, "/api/auth/me", token=token)["id"] == made["id"]
        print(f"{time.perf_counter() - began:.6f}")


if __name__ == "__main__":
    main()
