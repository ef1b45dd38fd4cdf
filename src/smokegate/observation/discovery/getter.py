"""Sends the GET requests of a discovery: limited in number and time, on few connections."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct

from smokegate.observation.evidence import sink
from smokegate.observation.exchange import Headers
from smokegate.observation.plan.step import RequestToSend, join, origin_of
from smokegate.observation.transport.errors import cause_of
from smokegate.observation.transport.fetch import fetch
from smokegate.observation.transport.pool import Pool

T = TypeVar("T")

MAX_REQUESTS = 15
"""Maximum requests to one deployment: what a user with a browser might send."""
TIMEOUT = 10.0
"""Timeout of one request in seconds."""


class Response(Struct, frozen=True):
    """One response, or why there is none."""

    path: str
    status: int = 0
    """0: no response."""
    url: str = ""
    """The final URL, after redirects."""
    headers: Headers = Headers()
    text: str = ""
    json: Any = None
    is_json: bool = False
    problem: str = ""

    @property
    def is_html(self) -> bool:
        """Whether it is a page."""
        return "html" in self.headers.get("content-type", "").lower() or self.text.lstrip()[:15].lower().startswith(
            ("<!doctype", "<html")
        )

    @property
    def ok(self) -> bool:
        """Whether its status is 2xx."""
        return 200 <= self.status < 300


def settle(future: Future[T], job: Callable[[], T]) -> None:
    """Run a job and set its result or exception on a future."""
    try:
        future.set_result(job())
    except BaseException as error:  # noqa: BLE001 - the waiting thread must get it
        future.set_exception(error)


class Getter:
    """GETs paths of one deployment concurrently, up to the total limit."""

    def __init__(self, url: str, pool: Pool, sent: int = 0) -> None:
        self._url = url
        self._pool = pool
        self.sent = sent

    @property
    def left(self) -> int:
        """Number of requests left."""
        return MAX_REQUESTS - self.sent

    def get(self, paths: Iterable[str]) -> dict[str, Response]:
        """GET each path, or absolute URL of the same origin, as far as the limit allows."""
        wanted = list(dict.fromkeys(paths))[: self.left]
        self.sent += len(wanted)
        pending = {path: self._submit(path) for path in wanted}
        return {path: future.result() for path, future in pending.items()}

    def _submit(self, path: str) -> Future[Response]:
        future: Future[Response] = Future()
        address = path if "://" in path else join(self._url, path)

        self._pool.submit(origin_of(address), partial(settle, future, partial(self._get, path, address)))
        return future

    def _get(self, path: str, address: str) -> Response:
        request = RequestToSend("GET", address, elsewhere=path == "/")
        trace = fetch(self._pool, request, time.monotonic() + TIMEOUT)
        trace.body.release()
        raw = trace.raw
        if raw is None:
            cause, words = cause_of(trace.error) if trace.error is not None else (None, "no answer")
            title = f"{cause.title} ({words})" if cause is not None else words
            return Response(path, problem=sink.line(title))
        return Response(path, raw.status, raw.url, raw.headers, raw.text, raw.json, raw.is_json)
