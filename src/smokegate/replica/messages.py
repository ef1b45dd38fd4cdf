"""What goes over a replica's wire: requests, answers, and the bytes of a server that keeps to no protocol.

Imports nothing heavy, so that the catalogue of faults can be read without starting anything.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import StreamWriter

Headers = tuple[tuple[str, str], ...]


class Message:
    """What a request and an answer have in common."""

    headers: Headers

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case; None when it is not there."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True)
class Request(Message):
    """One request as an edge received it. `client` is the caller's address, `target` path and query.

    `connection` counts the connections of its listener.
    """

    method: str
    target: str
    headers: Headers
    body: bytes
    client: str
    connection: int = 0

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


@dataclass(frozen=True)
class Answer(Message):
    """One well-formed answer. Its length is added where it is sent."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    def adding(self, *headers: tuple[str, str]) -> Answer:
        """The same answer with these headers in place of any of the same name."""
        names = {name.lower() for name, _ in headers}
        kept = tuple((name, value) for name, value in self.headers if name.lower() not in names)
        return replace(self, headers=(*kept, *headers))

    @classmethod
    def json(cls, status: int, body: Any) -> Answer:
        """An answer with a JSON body, written as tightly as FastAPI does."""
        text = json.dumps(body, separators=(",", ":"))
        return cls(status, (("content-type", "application/json"),), text.encode())

    @classmethod
    def html(cls, status: int, body: str) -> Answer:
        """An answer with an HTML body."""
        return cls(status, (("content-type", "text/html; charset=utf-8"),), body.encode())

    @classmethod
    def text(cls, status: int, body: str) -> Answer:
        """An answer with a plain text body."""
        return cls(status, (("content-type", "text/plain; charset=utf-8"),), body.encode())


def answer_of(status: int, body: Any = None) -> Answer:
    """An answer with this body: a text as HTML if it looks like it, other values as JSON; None is an empty one."""
    if body is None:
        return Answer(status)
    if not isinstance(body, str):
        return Answer.json(status, body)
    return Answer.html(status, body) if body.lstrip().startswith("<") else Answer.text(status, body)


@dataclass(frozen=True)
class RawBytes:
    """An answer that is not HTTP, or not all of it: `send` does what it likes, then the connection is over."""

    send: Callable[[StreamWriter], Awaitable[None]]


class UpstreamAwayError(Exception):
    """No instance took the request, or one took it and hung up: nginx and Render both call that a 502."""


class UpstreamSilentError(Exception):
    """An instance took the request and did not answer in time: 504 in nginx's words."""


Handler = Callable[[Request], Awaitable["Answer | RawBytes"]]
Middleware = Callable[[Handler], Handler]


def surrounded(inner: Handler, around: Iterable[Middleware], headers: Callable[[], Headers]) -> Handler:
    """A handler within the layers that surround it; every well-formed answer gets these headers in the end."""
    for layer in around:
        inner = layer(inner)

    async def answer(request: Request) -> Answer | RawBytes:
        given = await inner(request)
        return given if isinstance(given, RawBytes) else given.adding(*headers())

    return answer
