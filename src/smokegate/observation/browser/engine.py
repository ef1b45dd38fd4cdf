"""One browser for all environments of the process, driven by an event loop on its own thread, started on demand."""

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

from smokegate.observation.browser.find import INSTALL, find, is_shell
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
#: The address bar of full Chromium renders two invisible pages per window, which costs a second of CPU. Only the last
#: such switch counts, so it repeats the features that Playwright disables.
DISABLED_FEATURES = (
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,"
    "AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
    "HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,MediaRouter,NetworkTimeServiceQuerying,"
    "OptimizationHints,PaintHolding,PreconnectToSearch,TcpPortRandomizationWin,ThirdPartyStoragePartitioning,Translate,"
    "msEdgeUpdateLaunchServicesPreferredVersion,msForceBrowserSignIn"
)
SANDBOX = re.compile("sandbox|namespace", re.IGNORECASE)
"""Chromium's error message if the system does not support its sandbox."""
START_TIMEOUT, STOP_TIMEOUT = 60.0, 5.0
T = TypeVar("T")


class NoBrowserError(Exception):
    """There is no usable browser."""

    def __init__(self, absent: NoBrowser) -> None:
        super().__init__(str(absent))
        self.absent = absent


class Engine:
    """The browser, which runs while an environment uses it. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users: set[object] = set()
        self._running: _Running | None = None
        self._last: _Running | None = None

    @property
    def sandboxed(self) -> bool:
        """Whether the browser runs in its sandbox; known once it has started."""
        return self._last is None or self._last.sandboxed

    def use(self) -> Callable[[], None]:
        """Keep the browser running, once started, until the returned function is called; it is idempotent."""
        user = object()
        with self._lock:
            self._users.add(user)
            if self._running is None:
                self._running = self._last = _Running()
        return partial(self._leave, user)

    def warm(self) -> None:
        """Start the browser in the background; `run` reports failures. Call `use` first."""
        running = self._running
        assert running is not None, "use() comes first"
        running.loop.call_soon_threadsafe(running.start)

    def _leave(self, user: object) -> None:
        """Stop the browser if there are no other users, without waiting for its exit."""
        with self._lock:
            self._users.discard(user)
            if not self._users and self._running is not None:
                self._running.end()
                self._running = None

    def join(self) -> None:
        """Wait for the stopped browser's exit."""
        with self._lock:
            ended = self._last if self._running is None else None
        if ended is not None:
            ended.thread.join(2 * STOP_TIMEOUT)

    def run(self, work: Callable[[Browser], Coroutine[Any, Any, T]], within: float) -> T:
        """Run a coroutine with the browser and wait for it; raises NoBrowserError or TimeoutError."""
        running = self._running
        assert running is not None, "use() comes first"

        async def start_and_work() -> T:
            browser = await asyncio.wait_for(asyncio.shield(running.start()), START_TIMEOUT)
            return await asyncio.wait_for(work(browser), within)

        future = asyncio.run_coroutine_threadsafe(start_and_work(), running.loop)
        try:
            return future.result(START_TIMEOUT + within + STOP_TIMEOUT)
        except TooLateError:
            future.cancel()
            raise


class _Running:
    """One browser process and the event loop that drives it."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._drive, daemon=True, name="browser")
        self.sandboxed = True
        self._started: asyncio.Task[Browser] | None = None
        self._playwright: Playwright | None = None
        self.thread.start()

    def _drive(self) -> None:
        self.loop.run_forever()
        self.loop.close()

    def start(self) -> asyncio.Task[Browser]:
        """Return the task that starts the browser; called in the loop."""
        if self._started is None:
            self._started = self.loop.create_task(self._start())
            self._started.add_done_callback(lambda done: done.cancelled() or done.exception())  # `run` raises it
        return self._started

    def end(self) -> None:
        """Close the browser, even while it is starting, and stop the loop."""
        future = asyncio.run_coroutine_threadsafe(self._stop(), self.loop)
        future.add_done_callback(lambda _: self.loop.call_soon_threadsafe(self.loop.stop))

    async def _stop(self) -> None:
        if self._started is not None:
            with contextlib.suppress(Exception):
                browser = await asyncio.wait_for(asyncio.shield(self._started), STOP_TIMEOUT)
                await asyncio.wait_for(browser.close(), STOP_TIMEOUT)
        if self._playwright is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._playwright.stop(), STOP_TIMEOUT)

    async def _start(self) -> Browser:
        found = find()
        if isinstance(found, NoBrowser):
            raise NoBrowserError(found)
        from playwright.async_api import Error, async_playwright  # noqa: PLC0415 -- an extra, and heavy

        try:
            self._playwright = await async_playwright().start()
            return await self._launched(self._playwright, found)
        except (Error, OSError) as error:
            first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise NoBrowserError(
                NoBrowser(f"the browser {found} did not start ({first})".replace("  ", " "), INSTALL)
            ) from error

    async def _launched(self, playwright: Playwright, program: str) -> Browser:
        """Start Chromium in its sandbox, and without it only if Chromium reports that it is unavailable."""
        from playwright.async_api import Error  # noqa: PLC0415 -- an extra

        flags = [*FLAGS] if is_shell(program) else [*FLAGS, DISABLED_FEATURES]
        options: dict[str, Any] = {f"handle_{each}": False for each in ("sigint", "sigterm", "sighup")}
        launch = partial(playwright.chromium.launch, executable_path=program or None, args=flags, **options)
        self.sandboxed = getattr(os, "geteuid", lambda: 1)() != 0  # Chromium does not support its sandbox as root
        try:
            return await launch(chromium_sandbox=self.sandboxed)
        except Error as error:
            if not self.sandboxed or not SANDBOX.search(str(error)):
                raise
        self.sandboxed = False
        return await launch(chromium_sandbox=False)


ENGINE = Engine()
