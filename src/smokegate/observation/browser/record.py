"""Records the requests and console lines of a page, within limits."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from msgspec import Struct
from msgspec.structs import replace

from smokegate.observation.browser.model import ConsoleLine, PageCall

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage, Error, Page, Request, Response

MAX_CALLS, MAX_LINES, MAX_TEXT = 400, 100, 2000
LONG_LIVED = {"websocket", "eventsource", "media", "ping"}
"""Resource types that may stay open while the network is idle."""
ABORTED = "net::ERR_ABORTED"
"""The error of a request whose page was left, but also of a stylesheet with an error status."""
ERROR = 400


class Mark(Struct):
    """The position in the record where a step begins."""

    calls: int
    lines: int


class Record:
    """The activity of one page so far."""

    def __init__(self, page: Page) -> None:
        self._calls: dict[Request, PageCall] = {}
        self._open: set[Request] = set()
        self._lines: list[ConsoleLine] = []
        self._account: tuple[str, ...] = ()
        self.junk: dict[str, None] = {}
        """Requests sent with "undefined" or "null" instead of a token."""
        self.last = time.monotonic()
        """Time of the last network activity."""
        page.on("request", self._requested)
        page.on("response", self._answered)
        page.on("requestfinished", self._done)
        page.on("requestfailed", self._failed)
        page.on("console", self._logged)
        page.on("pageerror", self._uncaught)

    def expect_account(self, email: str) -> None:
        """Mark requests that contain the account's email address from now on."""
        self._account = (email, quote_plus(email), email.replace("@", "%40"))

    @property
    def quiet(self) -> float:
        """Seconds since the last network activity, 0 while a request is in flight."""
        return 0.0 if self._open else time.monotonic() - self.last

    def awaits(self, misdirected: Callable[[PageCall], bool]) -> bool:
        """Return whether a misdirected call has neither an answer nor an error yet."""
        calls = (self._calls.get(each) for each in self._open)
        return any(each.status is None and misdirected(each) for each in calls if each is not None)

    def mark(self) -> Mark:
        """Return the current position."""
        return Mark(len(self._calls), len(self._lines))

    def since(self, mark: Mark) -> tuple[tuple[PageCall, ...], tuple[ConsoleLine, ...]]:
        """Return the requests and console lines since a mark, without requests aborted by navigation."""
        calls = list(self._calls.values())[mark.calls :]
        kept = (each for each in calls if each.error != ABORTED or (each.status or 0) >= ERROR)
        return tuple(kept), tuple(self._lines[mark.lines :])

    def _requested(self, request: Request) -> None:
        self.last = time.monotonic()
        if len(self._calls) >= MAX_CALLS or request.url.startswith(("data:", "blob:")):
            return
        kind = request.resource_type
        if kind not in LONG_LIVED and "text/event-stream" not in request.headers.get("accept", ""):
            self._open.add(request)
        if request.headers.get("authorization", "").endswith((" undefined", " null")):
            self.junk[f"the Authorization header of {request.method} {request.url[:MAX_TEXT]}"] = None
        sent = f"{request.url} {_body(request)}" if self._account else ""
        mine = request.method != "GET" and any(form in sent for form in self._account)
        self._calls[request] = PageCall(request.method, request.url[:MAX_TEXT], kind, has_account=mine)

    def _answered(self, response: Response) -> None:
        call = self._calls.get(response.request)
        if call is not None:
            self._calls[response.request] = replace(
                call,
                status=response.status,
                content_type=response.headers.get("content-type", "")[:200],
                from_worker=response.from_service_worker,
            )

    def _done(self, request: Request) -> None:
        self._open.discard(request)
        self.last = time.monotonic()

    def _failed(self, request: Request) -> None:
        self._done(request)
        call = self._calls.get(request)
        if call is not None:
            error = (request.failure or "failed")[:200]
            # A request to a third party that we blocked is not the sign-in call.
            mine = call.has_account and "BLOCKED_BY_CLIENT" not in error
            self._calls[request] = replace(call, error=error, has_account=mine)

    def _logged(self, message: ConsoleMessage) -> None:
        if len(self._lines) < MAX_LINES:
            where = str((message.location or {}).get("url", ""))[:MAX_TEXT]
            self._lines.append(ConsoleLine(message.type, message.text[:MAX_TEXT], where))

    def _uncaught(self, error: Error) -> None:
        if len(self._lines) < MAX_LINES:
            stack = str(error.stack or "")[:MAX_TEXT]
            self._lines.append(ConsoleLine("uncaught", f"{error.name}: {error.message}"[:MAX_TEXT], _place(stack)))


def _place(stack: str) -> str:
    """Return the first script in a stack trace, with line and column."""
    words = (word.strip("()") for word in stack.split())
    return next((word for word in words if word.startswith(("http://", "https://"))), "")


def _body(request: Request) -> str:
    try:
        return (request.post_data_buffer or b"")[:20_000].decode("utf-8", "replace")
    except ValueError:
        return ""
