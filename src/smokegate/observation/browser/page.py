"""Opens a page, waits until it shows the expected elements, and records what is visible."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from smokegate.environment.browser import Element
from smokegate.observation.browser.model import PageCall, PageSeen, Picture
from smokegate.observation.browser.record import Mark, Record
from smokegate.observation.evidence.assertions import OPPOSITE

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Response

POLL = 0.05
QUIET, SHORT = 0.25, 0.1
"""Seconds of network idle until a page as expected is done; the same for an intermediate page."""
TEXT, PICTURE = 20_000, 150_000
FACTS = Path(__file__).with_name("facts.js").read_text("utf-8")
LOADING = re.compile(
    r"\W*(?:loading|please wait|one moment|wird geladen|bitte warten|chargement|cargando)?\W*", re.IGNORECASE
)
NOTHING: dict[str, Any] = {
    "text": "", "big": 0, "junk": [], "title": "", "url": "", "ready": "", "count": 0, "painted": None,
    "worker": False, "password": False, "form": False, "alert": "",
}  # fmt: skip


Elements = tuple[Element, ...]


class Window(Struct):
    """A browser page and the record of what it does."""

    page: Page
    record: Record
    timeout: float
    misdirected: Callable[[PageCall], bool] = lambda _: False
    """Whether a call fails the page if it gets no answer; it may take the whole timeout to show that."""
    _shown: tuple[object, ...] = ()
    _changed: float = 0.0
    """Time of the last visible change; an unresponsive page counts as changing."""

    async def facts(self) -> dict[str, Any]:
        """Return what is visible now; nothing while the page navigates or hangs."""
        from playwright.async_api import Error  # noqa: PLC0415 -- an extra

        try:
            facts = dict(await asyncio.wait_for(self.page.evaluate(FACTS), 5.0))
        except (Error, TimeoutError):
            facts = NOTHING  # navigating, or a busy machine: not idle
        shown = (facts["text"], facts["count"], facts["ready"])
        if shown != self._shown or facts is NOTHING:
            self._shown, self._changed = shown, time.monotonic()
        return facts

    async def open(
        self, url: str, path: str, shows: Elements = (), not_shows: Elements = (), *, form: bool = False
    ) -> PageSeen:
        """Open a URL and wait until the page is as expected, with a form if `form`, or idle; return what is visible."""
        from playwright.async_api import Error  # noqa: PLC0415 -- an extra

        mark, response, problem = self.record.mark(), None, ""
        try:
            response = await self.page.goto(url, wait_until="domcontentloaded", timeout=1000 * self.timeout)
        except Error as broken:
            problem = str(broken.message).strip().splitlines()[0][:300]
        facts = NOTHING
        missing: tuple[str, ...] = ()
        unwanted: tuple[str, ...] = ()

        async def is_done() -> bool:
            nonlocal facts, missing, unwanted
            facts = await self.facts()
            missing = await self.absent(shows, facts)
            gone = await self.absent(not_shows, facts)
            unwanted = tuple(str(each) for each in not_shows if str(each) not in gone)
            return drawn(facts) and not missing and not unwanted and (facts["form"] or not form)

        if not problem:
            await self.wait(is_done, quiet=SHORT if form else QUIET)  # a form needs its scripts loaded
            problem = "" if facts is not NOTHING else f"the page did not respond within {self.timeout:g} s"
        return self.seen(mark, facts, path, response=response, problem=problem, missing=missing, unwanted=unwanted)

    def seen(
        self, mark: Mark, facts: dict[str, Any], path: str, *, response: Response | None = None, **more: Any
    ) -> PageSeen:
        """Return what is visible, and the activity since a mark."""
        calls, console = self.record.since(mark)
        return PageSeen(
            path=path,
            url=facts["url"] or self.page.url,
            status=response.status if response is not None else None,
            title=facts["title"][:300],
            text=facts["text"][:TEXT],
            drawn=drawn(facts),
            painted=facts["painted"],
            calls=calls,
            console=console,
            junk=(*facts["junk"], *self.record.junk),
            worker=facts["worker"],
            **more,
        )

    async def wait(self, is_done: Callable[[], Any], *, quiet: float = QUIET) -> bool:
        """Wait until a condition holds and the network is quiet; return False if the condition never holds.

        Gives up early on a page that is idle for a quarter of the timeout, counted from this call.
        """
        began = time.monotonic()
        since = None
        while True:
            pause = POLL
            if await is_done():
                since = since or time.monotonic()
                if self.record.quiet >= quiet or time.monotonic() > self._limit(began, since):
                    return True
                pause = max(quiet - self.record.quiet, 0.01)  # a poll costs more than the pause
            else:
                since = None
                now = time.monotonic()
                idle = min(self.record.quiet, now - self._changed, now - began)
                if idle >= self.timeout / 4 or now >= began + self.timeout:
                    return False
            await asyncio.sleep(pause)

    def _limit(self, began: float, since: float) -> float:
        """Return until when a page that is as expected since a time is waited for while it still calls."""
        limit = began + self.timeout
        return limit if self.record.awaits(self.misdirected) else min(since + QUIET * 4, limit)

    async def absent(self, elements: Elements, facts: dict[str, Any]) -> tuple[str, ...]:
        """Return the elements that are not visible."""
        return tuple([str(each) for each in elements if not await self.shows(each, facts["text"])])

    async def shows(self, element: Element, text: str) -> bool:
        """Return whether an element is visible."""
        from playwright.async_api import Error  # noqa: PLC0415 -- an extra

        if element.text is not None:
            return says(element.text, text)
        try:
            return bool(await self.locate(element).first.is_visible())
        except Error as wrong:
            if "selector" in str(wrong).lower():
                raise ValueError(f"{element}: {str(wrong).splitlines()[0]}") from None
            return False

    def locate(self, element: Element) -> Locator:
        """Return the locator of an element."""
        page: Any = self.page
        if element.role is not None:
            found = page.get_by_role(element.role, name=element.name or None)
        elif element.label is not None:
            found = page.get_by_label(element.label)
        else:
            found = page.locator(element.selector) if element.selector else page.get_by_text(element.text)
        return found  # type: ignore[no-any-return]

    async def picture(self, title: str, secrets: Sequence[str]) -> Picture | None:
        """Take a screenshot with passwords and secrets masked; None on failure."""
        from playwright.async_api import Error  # noqa: PLC0415 -- an extra

        fields = self.page.locator("input, textarea")
        covered = [self.page.locator("input[type=password]"), *(self.page.get_by_text(each) for each in secrets)]
        how: dict[str, Any] = {"type": "jpeg", "scale": "css", "mask_color": "#777", "timeout": 5000}
        for quality in (50, 15):
            try:
                values = await fields.evaluate_all("(all) => all.map((each) => each.value)")
                secret = [index for index, value in enumerate(values) if any(each in value for each in secrets)]
                taken = await self.page.screenshot(quality=quality, mask=[*covered, *map(fields.nth, secret)], **how)
            except Error:
                return None
            if len(taken) <= PICTURE:
                return Picture(title, taken)
        return None


def drawn(facts: dict[str, Any]) -> bool:
    """Return whether anything is visible: a text other than a loading message, a picture, a control."""
    return bool(facts["big"]) or LOADING.fullmatch(facts["text"].strip()) is None


def says(wanted: str, text: str) -> bool:
    """Return whether a text contains some whole words that are not negated."""
    words = r"\s+".join(re.escape(each) for each in wanted.split())
    before, after = (r"(?<!\w)" if wanted[:1].isalnum() else ""), (r"(?!\w)" if wanted[-1:].isalnum() else "")
    places = re.finditer(f"{before}{words}{after}", text, re.IGNORECASE)
    return any(not OPPOSITE.search(text[max(0, each.start() - 8) : each.start()]) for each in places)


def filled_in(elements: Sequence[Element], **values: str) -> tuple[Element, ...]:
    """Fill the placeholders `{email}` and `{name}` in the texts and names of elements."""

    def fill(text: str | None) -> str | None:
        return text and re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), text)

    return tuple(replace(each, text=fill(each.text), name=fill(each.name)) for each in elements)
