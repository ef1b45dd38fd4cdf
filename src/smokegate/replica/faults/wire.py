"""Faults of the wire: what happens below HTTP, or instead of it; and certificates that must not be trusted."""

from __future__ import annotations

import gzip
from functools import wraps
from typing import TYPE_CHECKING

from smokegate.replica.faults.edge import when
from smokegate.replica.messages import Answer, Handler, RawBytes, Request

if TYPE_CHECKING:
    from asyncio import StreamWriter
    from collections.abc import Awaitable, Callable

    from smokegate.replica.plan import Certificate, Plan

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def certificate(plan: Plan, kind: Certificate) -> None:
    """Have the backend show a certificate of this kind."""
    plan.backend.certificate = kind


def moved(plan: Plan, address: str) -> None:
    """Hand out another address for the backend; the frontend calls the same one."""
    plan.backend.address = address.format(kind=plan.kind)
    plan.api_address = f"{plan.backend.address}/api"


def refused(plan: Plan, site: str = "backend") -> None:
    """No one listens on the port."""
    plan.sites[site].listens = False


def _every_request(send: Callable[[StreamWriter], Awaitable[None]]) -> Callable[[Plan], None]:
    """Turn a function that writes to a connection into the fault that it does so instead of every answer."""

    @wraps(send)
    def fault(plan: Plan) -> None:
        when(plan.backend, lambda _: True, RawBytes(send))

    return fault


@_every_request
async def reset(writer: StreamWriter) -> None:
    """The connection is reset as soon as something is requested."""
    import socket
    import struct

    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


@_every_request
async def hung_up(writer: StreamWriter) -> None:
    """The server hangs up without a byte of an answer."""
    writer.close()


@_every_request
async def hung(_: StreamWriter) -> None:
    """The server accepts the connection and never answers."""
    import asyncio

    await asyncio.Event().wait()


@_every_request
async def dripping(writer: StreamWriter) -> None:
    """The server sends one byte a second, so that no read ever times out and no answer ever ends."""
    import asyncio

    for byte in _HEAD + b"content-length: 2\r\n\r\n{}":
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(1)


@_every_request
async def endless_body(writer: StreamWriter) -> None:
    """The body never ends."""
    writer.write(_HEAD + b"transfer-encoding: chunked\r\n\r\n")
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    while True:
        writer.write(chunk)
        await writer.drain()


@_every_request
async def huge_headers(writer: StreamWriter) -> None:
    """The answer carries a header of 200 kB."""
    writer.write(_HEAD + b"x-padding: " + b"x" * 200_000 + b"\r\ncontent-length: 2\r\n\r\n{}")
    await writer.drain()


def raw(plan: Plan, rest: str, head: bytes = _HEAD) -> None:
    """Have the edge send the head of a JSON answer, the rest of its headers and a body as they are, and hang up."""

    async def send(writer: StreamWriter) -> None:
        writer.write(head + rest.encode())
        await writer.drain()

    _every_request(send)(plan)


def garbage(plan: Plan) -> None:
    """Something that does not speak HTTP listens on the port."""
    raw(plan, "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\x00\x01\x02garbage\r\n", head=b"")


def redirecting(plan: Plan, status: int, to: str) -> None:
    """Have the edge redirect every request: `{backend}` stands for its address, `{target}` for path and query.

    `{other_path}` is the path with a slash at its end, or without where there is one.
    """

    def layer(_: Handler) -> Handler:
        async def answer(request: Request) -> Answer | RawBytes:
            path = request.path
            other = path[:-1] if path.endswith("/") else f"{path}/"
            location = to.format(backend=plan.backend.url, target=request.target, other_path=other)
            return Answer(status, (("location", location),))

        return answer

    plan.backend.around.append(layer)


def gzip_bomb(plan: Plan) -> None:
    """A small compressed body unpacks to 256 MB."""
    bomb = gzip.compress(bytes(16 << 20), mtime=0) * 16
    headers = (("content-type", "application/json"), ("content-encoding", "gzip"))
    when(plan.backend, lambda _: True, Answer(200, headers, bomb))
