"""One browser for all environments of the process: an event loop in a thread of its own, started when first needed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import TimeoutError as TooLateError
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from smokegate.observation.browser.find import INSTALL, find
from smokegate.observation.browser.model import NoBrowser

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

FLAGS = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--mute-audio",
)
SANDBOX = re.compile("sandbox|namespace", re.IGNORECASE)
"""What Chromium says where the system does not let it confine its pages."""
START_WITHIN, END_WITHIN = 60.0, 5.0
T = TypeVar("T")


class NoBrowserError(Exception):
    """There is no browser to look with."""

    def __init__(self, absent: NoBrowser) -> None:
        super().__init__(str(absent))
        self.absent = absent


class Engine:
    """The browser, while at least one environment uses it. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._started: asyncio.Task[Browser] | None = None
        self._playwright: Playwright | None = None
        self.sandboxed = True
        """Whether the browser confines its pages; known once it has started."""

    def use(self) -> None:
        """Keep the browser, once it is started, until `leave`."""
        with self._lock:
            self._users += 1
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="browser")
                self._thread.start()

    def leave(self) -> None:
        """End the browser, where no one else uses it."""
        with self._lock:
            self._users -= 1
            if self._users or self._loop is None or self._thread is None:
                return
            loop, thread, self._loop = self._loop, self._thread, None
            with contextlib.suppress(Exception):
                asyncio.run_coroutine_threadsafe(self._stop(), loop).result(END_WITHIN)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(END_WITHIN)
            if not thread.is_alive():
                loop.close()

    def run(self, work: Callable[[Browser], Coroutine[Any, Any, T]], within: float) -> T:
        """Do something with the browser and wait for it.

        Raises:
            NoBrowserError: there is none, or it does not start.
            TimeoutError: it took too long.
        """
        loop = self._loop
        assert loop is not None, "use() comes first"

        async def whole() -> T:
            if self._started is None:
                self._started = asyncio.ensure_future(self._start())
            browser = await asyncio.wait_for(asyncio.shield(self._started), START_WITHIN)
            return await asyncio.wait_for(work(browser), within)

        future = asyncio.run_coroutine_threadsafe(whole(), loop)
        try:
            return future.result(START_WITHIN + within + END_WITHIN)
        except TooLateError:
            future.cancel()
            raise

    async def _start(self) -> Browser:
        found = find()
        if isinstance(found, NoBrowser):
            raise NoBrowserError(found)
        from playwright.async_api import Error, async_playwright  # noqa: PLC0415 -- an extra, and heavy

        try:
            self._playwright = await async_playwright().start()
            return await self._launched(self._playwright, found)
        except (Error, OSError) as broken:
            first = str(broken).strip().splitlines()[0] if str(broken).strip() else type(broken).__name__
            raise NoBrowserError(
                NoBrowser(f"the browser {found} did not start ({first})".replace("  ", " "), INSTALL)
            ) from broken

    async def _launched(self, playwright: Playwright, program: str) -> Browser:
        """Start Chromium in its sandbox; without one only where it says that there is none."""
        from playwright.async_api import Error  # noqa: PLC0415 -- an extra

        options: dict[str, Any] = {f"handle_{each}": False for each in ("sigint", "sigterm", "sighup")}
        launch = partial(playwright.chromium.launch, executable_path=program or None, args=[*FLAGS], **options)
        self.sandboxed = getattr(os, "geteuid", lambda: 1)() != 0  # Chromium refuses to confine pages as root
        try:
            return await launch(chromium_sandbox=self.sandboxed)
        except Error as refused:
            if not self.sandboxed or not SANDBOX.search(str(refused)):
                raise
        self.sandboxed = False
        return await launch(chromium_sandbox=False)

    async def _stop(self) -> None:
        started, self._started = self._started, None
        if started is not None and started.done() and not started.cancelled() and started.exception() is None:
            await started.result().close()
        playwright, self._playwright = self._playwright, None
        if playwright is not None:
            await playwright.stop()


ENGINE = Engine()
