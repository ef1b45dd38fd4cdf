"""What is wrong with what a browser saw: pure, for the checks and for the rules that name causes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from smokegate.diagnosis.browser_words import from_here, same_call
from smokegate.diagnosis.wording import quote
from smokegate.environment.addresses import is_loopback
from smokegate.observation.browser.model import MIXED, api_paths, is_misdirected, trusted_origins
from smokegate.observation.plan.step import web_origin

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.observation.browser import BrowserView, ConsoleLine, PageCall, PageSeen
    from smokegate.observation.model import Observation

FILES = ("browser.script-is-page", "browser.file-missing")
CALLS = (
    "browser.calls-localhost",
    "browser.mixed-content",
    "browser.cors-refused",
    "browser.wrong-origin",
    "browser.call-failed",
)
ERRORS = ("browser.script-error",)
BLANK = ("browser.not-opened", "browser.white-screen")
"""The codes of what is wrong with files, calls, scripts and the page as a whole."""
ADDRESS = re.compile(r"https?://[^\s'\"<>]{3,500}")
CODE = {"script", "stylesheet"}
HARMLESS = ("ResizeObserver loop",)
"""What browsers report as uncaught errors and no user notices."""


class Trouble(Struct, frozen=True):
    """One thing that is wrong, and the cause that it speaks for."""

    code: str
    line: str
    """In words, with what was observed between backticks."""
    certain: bool = True
    exchange: str = ""
    """The same call from here, where there is one."""
    here: str = ""
    """What that came to."""
    names: dict[str, str] = field(default_factory=dict)
    path: str = ""
    """The page's path."""


def troubles(environment: Environment, observation: Observation) -> tuple[Trouble, ...]:
    """Return everything that is wrong with the pages, apart from what they must show and from signing in."""
    view: BrowserView | None = observation.browser
    if view is None or environment.browser is None:
        return ()
    of_steps = tuple(each.page for each in (view.journey.steps if view.journey else ()))
    found = [each for page in view.pages for each in of_page(environment, observation, page)]
    # A blank page on the way has a cause of its own there.
    found += [each for page in of_steps for each in of_page(environment, observation, page) if each.code not in BLANK]
    return tuple({each.line: each for each in reversed(found)}.values())[::-1]


def distrusts(environment: Environment, observation: Observation, page: PageSeen) -> bool:
    """Return whether only the browser lacks the authority of a certificate that the HTTP checks have verified."""
    if "ERR_CERT_AUTHORITY_INVALID" not in page.problem:
        return False
    here = web_origin(environment.pages_url)
    answers = (each.answer for each in observation.exchanges.values())
    return any(each is not None and each.certificate is not None and web_origin(each.url) == here for each in answers)


def of_page(environment: Environment, observation: Observation, page: PageSeen) -> Iterator[Trouble]:
    """Yield what is wrong with one page."""
    for each in _Judge(environment, observation, page).troubles():
        yield replace(each, path=page.path)


class _Judge:
    def __init__(self, environment: Environment, observation: Observation, page: PageSeen) -> None:
        self._page = page
        self._observation = observation
        self._distrusts = distrusts(environment, observation, page)
        self._trusted = trusted_origins(environment)
        self._allow = environment.browser.allow if environment.browser is not None else ()
        self._api = api_paths(environment)
        self._refused = {url for line in page.console if "CORS policy" in line.text for url in _addresses(line.text)}
        self._where = f"page {page.path}"

    def troubles(self) -> Iterator[Trouble]:
        """Yield what is wrong, without what the file says is harmless."""
        yield from self._opened()
        for call in self._page.calls:
            if not self._allowed(call.url):
                yield from self._call(call)
        for line in self._page.console:
            if not self._allowed(line.text, line.where):
                yield from self._line(line)
        if not self._page.problem and not self._page.drawn:
            yield Trouble("browser.white-screen", f"{self._where}: the page is blank")

    def _allowed(self, *texts: str) -> bool:
        """Return whether the file says that a failure is harmless."""
        return any(each in text for each in self._allow for text in texts)

    def _opened(self) -> Iterator[Trouble]:
        """Yield why the page itself was not there."""
        page = self._page
        if page.problem:
            if self._distrusts:
                return
            yield Trouble(
                "browser.not-opened", f"{self._where} could not be opened: {quote(page.problem)}", certain=False
            )
        elif (page.status or 200) >= 400:
            yield Trouble("browser.not-opened", f"{self._where} answered {page.status}: {quote(page.text)}")

    def _call(self, call: PageCall) -> Iterator[Trouble]:
        """Yield what is wrong with a request."""
        own = self._own(call.url)
        if call.error == MIXED:
            return  # the console says it
        if call.kind in CODE and own:
            if call.kind == "script" and call.is_page_for_script:
                yield self._trouble(
                    "browser.script-is-page", call, f"`content-type: {call.content_type}`", missing=call.url
                )
            elif call.error or (call.status or 0) >= 400:
                yield self._trouble("browser.file-missing", call, missing=call.url)
        elif call.kind == "document":
            return
        elif not own and _is_loopback(call.url):
            yield self._trouble("browser.calls-localhost", call)
        elif call.kind not in {"fetch", "xhr"} or call.url in self._refused:
            return
        elif own and (call.error or (call.status or 0) >= 500):
            yield self._trouble("browser.call-failed", call)
        elif (call.error or (call.status or 0) >= 400) and is_misdirected(call, self._trusted, self._api):
            yield self._trouble("browser.wrong-origin", call)

    def _line(self, line: ConsoleLine) -> Iterator[Trouble]:
        """Yield what is wrong with a line of the console."""
        if line.kind == "uncaught":
            if (not line.where or self._own(line.where)) and not line.text.startswith(HARMLESS):
                at = f" at `{line.where}`" if line.where else ""
                yield Trouble("browser.script-error", f"{self._where}: uncaught {quote(line.text)}{at}")
            return
        addresses = _addresses(line.text)
        if line.kind != "error" or not addresses:
            return
        if line.text.startswith("Mixed Content") and "blocked" in line.text:
            called = addresses[1] if len(addresses) > 1 else addresses[0]
            yield Trouble("browser.mixed-content", f"{self._where}: {quote(line.text)}", names={"called": called})
        elif "CORS policy" in line.text:
            yield from self._cors(line, next((each for each in addresses if self._own(each)), ""))

    def _cors(self, line: ConsoleLine, url: str) -> Iterator[Trouble]:
        """Distinguish a refusal from an error whose answer lacks the header, by the same call from here."""
        call = next((each for each in self._page.calls if each.url == url and each.kind in {"fetch", "xhr"}), None)
        if call is None or self._allowed(url):
            return
        same = same_call(self._observation, call)
        answer = same.answer if same is not None else None
        if same is not None and (answer is None or answer.status >= 500):
            yield self._trouble("browser.call-failed", call)
            return
        names = {"called": url, "origin": web_origin(self._page.url)}
        text = f"{self._where}: {call.method} {url}: {quote(line.text, 300)}"
        here, name = from_here(same), same.name if same is not None else ""
        yield Trouble("browser.cors-refused", text, certain=same is not None, exchange=name, here=here, names=names)

    def _trouble(self, code: str, call: PageCall, more: str = "", **names: str) -> Trouble:
        same = same_call(self._observation, call) if call.kind not in CODE else None
        text = f"{self._where}: {call}" + (f", {more}" if more else "")
        here = from_here(same)
        return Trouble(code, text, exchange=same.name if same else "", here=here, names={"called": call.url, **names})

    def _own(self, url: str) -> bool:
        try:
            return web_origin(url) in self._trusted
        except ValueError:
            return False


def _addresses(text: str) -> list[str]:
    return [match[0].rstrip(".,;)") for match in ADDRESS.finditer(text)]


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return is_loopback(host) or host in {"0.0.0.0", "::"}  # noqa: S104 -- nothing is bound: a page calls it
