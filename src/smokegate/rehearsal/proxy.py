"""A reverse proxy on loopback: a function gives the answer to each request, or a way not to answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Awaitable, Callable

from smokegate.rehearsal.exchanges import ProxyRequest, Recorded, Site, Wire

LARGEST_BODY = 10_000_000
"""Bytes of a request's body that are read; the suite sends a few hundred."""
Handler = Callable[[ProxyRequest], Awaitable[Recorded | Wire]]


class Listening:
    """One address on loopback that answers."""

    def __init__(self, loop: asyncio.AbstractEventLoop, server: asyncio.Server, tasks: set[asyncio.Task[None]]) -> None:
        self._loop = loop
        self._server = server
        self._tasks = tasks
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        """Where it is."""

    def close(self) -> None:
        """Stop listening, and drop what is open. Closing twice is once."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()

    async def _close(self) -> None:
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class Proxy:
    """A thread that serves any number of addresses."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rehearsal proxy", daemon=True)
        self._thread.start()
        self._opened: list[Listening] = []

    def listen(self, site: Site, handler: Handler) -> Listening:
        """Open a free port for a site."""
        opened = asyncio.run_coroutine_threadsafe(self._listen(site, handler), self._loop).result()
        self._opened.append(opened)
        return opened

    async def _listen(self, site: Site, handler: Handler) -> Listening:
        tasks: set[asyncio.Task[None]] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                while await _exchange(site, handler, reader, writer):
                    pass
            except (OSError, asyncio.IncompleteReadError, ValueError, asyncio.CancelledError):
                pass  # the suite hung up, which is its right, or this address was closed
            finally:
                tasks.discard(task)
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        return Listening(self._loop, server, tasks)

    def close(self) -> None:
        """Close every address, and end the thread."""
        for listening in self._opened:
            listening.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def closed_port() -> int:
    """Return a port of loopback on which no one listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
    return port


async def _exchange(site: Site, handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Answer one request; returns whether the connection may be used again."""
    request = await _request(site, reader)
    if request is None:
        return False
    answer = await handler(request)
    if isinstance(answer, Wire):
        await _instead(answer, writer)
        return False
    writer.write(_bytes(answer, bodiless=request.method == "HEAD"))
    await writer.drain()
    return request.header("connection").lower() != "close"


async def _request(site: Site, reader: asyncio.StreamReader) -> ProxyRequest | None:
    line = (await reader.readline()).decode("latin-1").split()
    if len(line) != 3:
        return None
    headers: list[tuple[str, str]] = []
    while (raw := await reader.readline()) not in {b"\r\n", b"\n", b""}:
        name, _, value = raw.decode("latin-1").partition(":")
        headers.append((name.strip(), value.strip()))
    request = ProxyRequest(site, line[0], line[1], tuple(headers))
    length = min(int(request.header("content-length") or 0), LARGEST_BODY)
    body = await reader.readexactly(length) if length else b""
    return ProxyRequest(site, line[0], line[1], tuple(headers), body)


def _bytes(answer: Recorded, *, bodiless: bool) -> bytes:
    own = [(name, value) for name, value in answer.headers if name.lower() not in {"content-length", "connection"}]
    if answer.status not in {204, 304}:
        own.append(("content-length", str(len(answer.body))))
    head = "".join(f"{name}: {value}\r\n" for name, value in own)
    bare = bodiless or answer.status in {204, 304}
    return f"HTTP/1.1 {answer.status} Recorded\r\n{head}\r\n".encode("latin-1", "replace") + (
        b"" if bare else answer.body
    )


async def _instead(wire: Wire, writer: asyncio.StreamWriter) -> None:
    if wire is Wire.HANG:
        await asyncio.Event().wait()
    elif wire is Wire.TRUNCATE:
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"sta')
        with contextlib.suppress(OSError):
            await writer.drain()
    else:
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()
