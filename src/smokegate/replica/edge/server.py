"""An HTTP/1.1 server of a few lines over h11, for edges: it lets a handler answer, or break the protocol."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING

import h11

from smokegate.replica.messages import Answer, Handler, RawBytes, Request

if TYPE_CHECKING:
    import socket
    import ssl

_BODILESS = frozenset({204, 304})
_READ = 65536


@dataclass(frozen=True)
class Listener:
    """A bound socket, what answers on it, and the TLS context if it speaks TLS."""

    socket: socket.socket
    handler: Handler
    tls: ssl.SSLContext | None = None


async def open_listeners(listeners: list[Listener]) -> list[asyncio.Server]:
    """Start to answer on every listener; the servers run until they are closed."""
    return [await _open(listener) for listener in listeners]


async def _open(listener: Listener) -> asyncio.Server:
    connections = itertools.count()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, h11.LocalProtocolError):
            await Conversation(reader, writer, listener.handler, next(connections)).run()
        writer.close()
        with suppress(ConnectionError, OSError):
            await writer.wait_closed()

    return await asyncio.start_server(converse, sock=listener.socket, ssl=listener.tls)


class Conversation:
    """One connection: requests in, answers out, until either side has had enough."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handler: Handler, number: int = 0
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._handler = handler
        self._number = number
        self._protocol = h11.Connection(h11.SERVER)
        self._client = str(writer.get_extra_info("peername")[0])

    async def run(self) -> None:
        """Answer one request after the other."""
        while True:
            try:
                request = await self._request()
            except h11.RemoteProtocolError as error:
                await self._refuse(error)
                return
            if request is None:
                return
            answer = await self._handler(request)
            if isinstance(answer, RawBytes):
                await answer.send(self._writer)
                return
            await self._send(answer, head=request.method == "HEAD")
            if self._protocol.our_state is not h11.DONE or self._protocol.their_state is not h11.DONE:
                return
            self._protocol.start_next_cycle()

    async def _request(self) -> Request | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._protocol.next_event()
            if event is h11.NEED_DATA:
                if self._protocol.they_are_waiting_for_100_continue:
                    go_on = h11.InformationalResponse(status_code=100, headers=[])
                    self._writer.write(self._protocol.send(go_on) or b"")
                self._protocol.receive_data(await self._reader.read(_READ))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers)
                method, target = head.method.decode("latin-1"), head.target.decode("latin-1")
                return Request(method, target, headers, bytes(body), self._client, self._number)
            else:
                return None

    async def _send(self, answer: Answer, *, head: bool) -> None:
        headers = list(answer.headers)
        if answer.header("date") is None:
            headers.append(("date", formatdate(usegmt=True)))
        if answer.status not in _BODILESS and answer.header("content-length") is None:
            headers.append(("content-length", str(len(answer.body))))
        response = h11.Response(status_code=answer.status, headers=headers, reason=_reason(answer.status))
        data = self._protocol.send(response) or b""
        if answer.body and not head and answer.status not in _BODILESS:
            data += self._protocol.send(h11.Data(data=answer.body)) or b""
        data += self._protocol.send(h11.EndOfMessage()) or b""
        self._writer.write(data)
        await self._writer.drain()

    async def _refuse(self, error: h11.RemoteProtocolError) -> None:
        if self._protocol.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            answer = Answer.text(error.error_status_hint, "Bad Request\n")
            await self._send(answer.adding(("connection", "close")), head=False)


def _reason(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""
