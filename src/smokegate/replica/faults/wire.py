"""Faults of the wire: what happens below HTTP, or instead of it."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

from smokegate.replica.faults.shaping import always, layered
from smokegate.replica.messages import Answer, Handler, RawBytes, Request

if TYPE_CHECKING:
    from asyncio import StreamWriter
    from collections.abc import Callable

    from smokegate.replica.plan import Plan

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def moved(plan: Plan, address: str) -> None:
    """Hand out another address for the backend; the frontend calls the same one."""
    plan.backend.address = address
    plan.api_address = f"{address}/api"


def name_not_found(plan: Plan) -> None:
    """The hostname does not exist."""
    moved(plan, f"http://{plan.kind}-backend.invalid")


def refused(plan: Plan) -> None:
    """No one listens on the port."""
    plan.backend.listens = False


def reset(plan: Plan) -> None:
    """The connection is reset as soon as something is requested."""

    async def send(writer: StreamWriter) -> None:
        import socket
        import struct

        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    always(plan.backend, RawBytes(send))


def hung_up(plan: Plan) -> None:
    """The server hangs up without a byte of an answer."""

    async def send(writer: StreamWriter) -> None:
        writer.close()

    always(plan.backend, RawBytes(send))


def hung(plan: Plan) -> None:
    """The server accepts the connection and never answers."""

    async def send(_: StreamWriter) -> None:
        import asyncio

        await asyncio.Event().wait()

    always(plan.backend, RawBytes(send))


def dripping(plan: Plan) -> None:
    """The server sends one byte a second, so that no read ever times out and no answer ever ends."""

    async def send(writer: StreamWriter) -> None:
        import asyncio

        for byte in _HEAD + b"content-length: 2\r\n\r\n{}":
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(1)

    always(plan.backend, RawBytes(send))


def _bytes(data: bytes) -> RawBytes:
    async def send(writer: StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return RawBytes(send)


def raw(plan: Plan, rest: str) -> None:
    """Have the edge send the head of a JSON answer, the rest of its headers and a body as they are, and hang up."""
    always(plan.backend, _bytes(_HEAD + rest.encode()))


def garbage(plan: Plan) -> None:
    """Something that does not speak HTTP listens on the port."""
    always(plan.backend, _bytes(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\x00\x01\x02garbage\r\n"))


def redirect_loop(plan: Plan) -> None:
    """Every path redirects to itself."""
    _redirecting(plan, 301, lambda request: f"{plan.backend.url}{request.target}")


def redirect_ping_pong(plan: Plan) -> None:
    """One rule appends a slash and another takes it away, so that redirects never end."""
    _redirecting(plan, 308, lambda request: request.path[:-1] if request.path.endswith("/") else f"{request.path}/")


def redirect_elsewhere(plan: Plan) -> None:
    """Every path redirects to another host, which has no such application."""
    _redirecting(plan, 302, lambda request: f"https://moved.invalid{request.target}")


def _redirecting(plan: Plan, status: int, location: Callable[[Request], str]) -> None:
    """Have the edge redirect every request."""

    def layer(_: Handler) -> Handler:
        async def answer(request: Request) -> Answer | RawBytes:
            return Answer(status, (("location", location(request)),))

        return answer

    layered(plan.backend, layer)


def endless_body(plan: Plan) -> None:
    """The body never ends."""

    async def send(writer: StreamWriter) -> None:
        writer.write(_HEAD + b"transfer-encoding: chunked\r\n\r\n")
        chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
        while True:
            writer.write(chunk)
            await writer.drain()

    always(plan.backend, RawBytes(send))


def gzip_bomb(plan: Plan) -> None:
    """A small compressed body unpacks to 256 MB."""
    bomb = gzip.compress(bytes(16 << 20), mtime=0) * 16
    headers = (("content-type", "application/json"), ("content-encoding", "gzip"))
    always(plan.backend, Answer(200, headers, bomb))


def huge_headers(plan: Plan) -> None:
    """The answer carries a header of 200 kB."""
    always(plan.backend, _bytes(_HEAD + b"x-padding: " + b"x" * 200_000 + b"\r\ncontent-length: 2\r\n\r\n{}"))
