"""How an edge asks the application behind it: a fresh connection for each request, its instances in turn."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

import h11

from smokegate.replica.messages import Answer, Request, UpstreamAwayError, UpstreamSilentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HOP_BY_HOP = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "content-length"})
_READ = 65536


class Upstream:
    """The application's instances, by port, used in turn.

    Turns are taken for each distinct request (method, target, signed in or not, body) by itself, so that what
    a caller sees does not hang on the order in which its concurrent requests arrive. `first` says at which
    instance a path's turns begin; without it at the first. With `per_connection` every connection to the edge
    keeps one instance. `timeout` is in seconds.
    """

    def __init__(
        self,
        ports: Sequence[int],
        timeout: float = 60.0,
        first: Mapping[str, int] | None = None,
        *,
        per_connection: bool = False,
    ) -> None:
        self._ports = ports
        self._timeout = timeout
        self._first = first or {}
        self._per_connection = per_connection
        self._turns: Counter[tuple[object, ...]] = Counter()

    async def send(self, request: Request, *, path: str | None = None) -> Answer:
        """Pass a request on, under another path if one is given; `Upstream…Error` where none answers."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._exchange(request, path)
        except TimeoutError as error:
            raise UpstreamSilentError from error
        except (OSError, h11.RemoteProtocolError) as error:
            raise UpstreamAwayError from error

    def _port(self, request: Request) -> int:
        if len(self._ports) == 1:
            return self._ports[0]
        if self._per_connection:
            return self._ports[request.connection % len(self._ports)]
        signed_in = request.header("authorization") is not None
        kind = (request.method, request.target, signed_in, request.body)
        turn = self._first.get(request.path, 0) + self._turns[kind]
        self._turns[kind] += 1
        return self._ports[turn % len(self._ports)]

    async def _exchange(self, request: Request, path: str | None) -> Answer:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port(request))
        try:
            protocol = h11.Connection(h11.CLIENT)
            _, mark, query = request.target.partition("?")
            target = request.target if path is None else path + mark + query
            head = h11.Request(method=request.method, target=target, headers=_forwarded(request))
            data = protocol.send(head) or b""
            if request.body:
                data += protocol.send(h11.Data(data=request.body)) or b""
            writer.write(data + (protocol.send(h11.EndOfMessage()) or b""))
            return await _answer(protocol, reader)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _forwarded(request: Request) -> list[tuple[str, str]]:
    kept = [(name, value) for name, value in request.headers if name.lower() not in _HOP_BY_HOP]
    if request.body:
        kept.append(("content-length", str(len(request.body))))
    return [*kept, ("x-forwarded-for", request.client), ("connection", "close")]


async def _answer(protocol: h11.Connection, reader: asyncio.StreamReader) -> Answer:
    status, headers, body = 0, [], bytearray()
    while True:
        event = protocol.next_event()
        if event is h11.NEED_DATA:
            protocol.receive_data(await reader.read(_READ))
        elif isinstance(event, h11.Response):
            status = event.status_code
            headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in event.headers]
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            kept = tuple((name, value) for name, value in headers if name not in _HOP_BY_HOP)
            return Answer(status, kept, bytes(body))
        elif not isinstance(event, h11.InformationalResponse):
            raise ConnectionResetError("the instance closed the connection before its answer was complete")
