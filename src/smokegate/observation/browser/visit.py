"""Visits one environment with the browser: its pages, a second visit, and signing in."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from smokegate.environment.model import Environment
from smokegate.observation.browser.engine import ENGINE, NoBrowserError
from smokegate.observation.browser.model import BrowserView, Person, api_paths, is_misdirected, trusted_origins
from smokegate.observation.browser.page import Window
from smokegate.observation.browser.record import Record
from smokegate.observation.browser.sign_in import PageSignIn
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.plan.step import web_origin

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Route

MAX_PICTURES, MAX_FAILURE_PICTURES = 6, 12
MIN_TOKEN_LENGTH = 20
"""Minimum characters of a stored value that is treated as a credential."""


class Visit:
    """One browser run for one environment.

    Args:
        environment: declares `[browser]`.
        redactor: learns the credentials that the page stores.
        person: the user who signs in, if any.
        sending: called before an account is created.
        within: timeout of the whole run in seconds.
    """

    def __init__(
        self,
        environment: Environment,
        redactor: Redactor,
        person: Person | None,
        sending: Callable[[str, str], None],
        within: float,
    ) -> None:
        assert environment.browser is not None
        self._environment, self._section = environment, environment.browser
        self._redactor, self._person, self._sending, self._within = redactor, person, sending, within
        self._origins = trusted_origins(environment)
        self._misdirected = partial(is_misdirected, trusted=self._origins, api=api_paths(environment))
        self._view = BrowserView()
        self._tokens: tuple[str, ...] = ()

    def take(self) -> BrowserView:
        """Run and return the view, which records any failure. Call `ENGINE.use()` first."""
        began = time.monotonic()
        try:
            ENGINE.run(self._visit, self._within)
        except NoBrowserError as none:
            self._view = replace(self._view, absent=none.absent)
        except TimeoutError:
            self._view = replace(self._view, failure=f"it took longer than {self._within:g} s")
        except Exception as error:  # noqa: BLE001 -- a broken browser must not break the run
            first = str(error).strip().splitlines()[0] if str(error).strip() else ""
            self._view = replace(self._view, failure=f"{type(error).__name__}: {first}"[:300])
        return replace(self._view, seconds=time.monotonic() - began)

    async def _visit(self, browser: Browser) -> None:
        sandbox_note = "" if ENGINE.sandboxed else ", without its sandbox"
        self._view = replace(self._view, browser=f"Chromium {browser.version}{sandbox_note}")
        context = await browser.new_context(**self._options())
        failed: Exception | None = None
        try:
            if self._section.trace is not None:
                await context.tracing.start(screenshots=True, snapshots=True)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pages(context))
                if self._signs_in and self._person is not None:
                    tasks.create_task(self._sign_in(browser, self._person))
        except* Exception as several:  # noqa: BLE001 -- see take
            failed = several.exceptions[0]
        finally:
            with suppress(Exception):
                if self._section.trace is not None:
                    await context.tracing.stop(path=self._section.trace)
                await context.close()
        if failed is not None:
            raise failed

    @property
    def _signs_in(self) -> bool:
        """Whether sign-in is declared, and the browser can verify the server before it sends a password."""
        return self._section.sign_in is not None and self._environment.ca_file is None

    def _options(self) -> dict[str, Any]:
        basic = self._environment.backend.basic
        options: dict[str, Any] = {
            "viewport": {"width": 1280, "height": 800},
            "accept_downloads": False,
            "permissions": [],  # denies all
            "locale": "en-US",
            "reduced_motion": "reduce",
        }
        if self._environment.ca_file is not None:
            # The browser cannot use our CA file. The HTTP checks verify with it; no credentials are entered here.
            options["ignore_https_errors"] = True
        if basic is not None and self._environment.ca_file is None:  # for this origin only
            origin = web_origin(self._environment.backend.url)
            options["http_credentials"] = {"username": basic.user, "password": str(basic.password), "origin": origin}
        return options

    async def _pages(self, context: BrowserContext) -> None:
        window = await self._window(context)
        for index, declared in enumerate(self._section.pages):
            wanted = declared.path, declared.shows, declared.not_shows
            seen = await window.open(f"{self._environment.pages_url.rstrip('/')}{declared.path}", *wanted)
            self._view = replace(self._view, pages=(*self._view.pages, seen))
            uncaught = any(each.kind == "uncaught" for each in seen.console)
            wrong = bool(seen.problem or seen.missing or seen.unwanted or uncaught or not seen.drawn)
            await self._picture(window, declared.path, wrong=wrong)
            if index == 0 and not seen.problem and await self._has_worker(window):
                second = await window.open(window.page.url, *wanted)
                self._view = replace(self._view, second=second)
                await self._picture(window, f"{declared.path}, the second visit", wrong=True)

    async def _has_worker(self, window: Window) -> bool:
        """Return whether the page has registered a service worker; waits until it is active."""
        script = """async () => {
          if (!navigator.serviceWorker || !(await navigator.serviceWorker.getRegistrations()).length) return false;
          await Promise.race([navigator.serviceWorker.ready, new Promise((done) => setTimeout(done, 2000))]);
          return true;
        }"""
        with suppress(Exception):
            return bool(await window.page.evaluate(script))
        return False

    async def _sign_in(self, browser: Browser, person: Person) -> None:
        section = self._section.sign_in
        assert section is not None
        # A service worker's requests would bypass the guard.
        context = await browser.new_context(**self._options(), service_workers="block")
        try:
            await context.route(self._third_parties(), self._guard)
            window = await self._window(context)
            base, trusted = self._environment.pages_url, lambda url: web_origin(url) in self._origins
            journey = await PageSignIn(window, section, person, base, trusted, self._sending).go()
            self._view = replace(self._view, journey=journey)
            last = journey.steps[-1]
            suffix = "" if last.succeeded else ", as it ended"
            await self._learn_tokens(window)
            await self._picture(window, f"{last.name}{suffix}", wrong=True)
        finally:
            with suppress(Exception):
                await context.close()

    def _third_parties(self) -> re.Pattern[str]:
        """Return a pattern of third-party URLs."""
        own = "|".join(re.escape(origin) for origin in sorted(self._origins))
        return re.compile(rf"^(?!(?:{own})(?:[/?#]|$))https?:")

    async def _guard(self, route: Route) -> None:
        """Block requests that send the account's credentials to a third party."""
        request, person = route.request, self._person
        sent = f"{request.url} {request.post_data_buffer or b''!r}"
        if person is not None and any(each in sent for each in (person.password, person.email)):
            await route.abort("blockedbyclient")
        else:
            await route.continue_()

    async def _learn_tokens(self, window: Window) -> None:
        """Register the credentials that the page stores for redaction."""
        script = "() => [localStorage, sessionStorage].flatMap((s) => Object.values(s)).filter((v) => v.length < 5000)"
        with suppress(Exception):
            stored: list[str] = await window.page.evaluate(script)
            cookies = [str(each.get("value")) for each in await window.page.context.cookies()]
            found = [each for each in (*stored, *cookies) if len(each) >= MIN_TOKEN_LENGTH and " " not in each]
            self._redactor.add(*found)
            shown = await window.page.content()
            self._tokens = tuple(each for each in found if each in shown)

    async def _window(self, context: BrowserContext) -> Window:
        page = await context.new_page()
        page.set_default_timeout(1000 * self._section.timeout)
        context.on("page", lambda other: asyncio.ensure_future(other.close()))  # pop-ups are ignored
        return Window(page, Record(page), self._section.timeout, self._misdirected)

    async def _picture(self, window: Window, title: str, *, wrong: bool) -> None:
        """Take a screenshot; beyond a limit only of failures, so that theirs and the last one are included."""
        if len(self._view.pictures) < (MAX_FAILURE_PICTURES if wrong else MAX_PICTURES):
            password = [self._person.password] if self._person else []
            taken = await window.picture(title, [*self._environment.secrets, *password, *self._tokens])
            if taken is not None:
                self._view = replace(self._view, pictures=(*self._view.pictures, taken))
