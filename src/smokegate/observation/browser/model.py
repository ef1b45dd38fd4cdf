"""What a browser saw: frozen, raw, free of the library that drove it. Times are in seconds."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from smokegate.environment.model import Environment
from smokegate.observation.plan.step import FROM_HERE, web_origin

MIXED = "mixed-content"
"""The browser's word for a request that it blocked because its page is HTTPS and the address is not."""


class NoBrowser(Struct, frozen=True):
    """Why nothing was seen: there is no browser, or it did not start."""

    why: str
    remedy: str
    """The command that helps."""

    def __str__(self) -> str:
        return f"{self.why}: {self.remedy}" if self.remedy else self.why


class ConsoleLine(Struct, frozen=True):
    """One line of the console: of a script, or of the browser itself."""

    kind: str
    """`error`, `warning`, `log` …, or `uncaught` for an error that nothing caught."""
    text: str
    where: str = ""
    """The script that it comes from, where that is known."""


class PageCall(Struct, frozen=True):
    """One request of a page."""

    method: str
    url: str
    kind: str
    """`document`, `script`, `stylesheet`, `fetch`, `xhr`, `image` …"""
    status: int | None = None
    """None: no answer."""
    error: str = ""
    """The browser's word for why there is none: `net::ERR_FAILED`."""
    content_type: str = ""
    from_worker: bool = False
    """Whether a service worker answered it."""
    has_account: bool = False
    """Whether it sends the account's address: the call that registers or logs in."""

    @property
    def is_page_for_script(self) -> bool:
        """Whether a script was given a page where it expects code or data."""
        return self.status == 200 and self.kind in {"fetch", "xhr", "script"} and "html" in self.content_type

    def __str__(self) -> str:
        outcome = (
            f"answered {self.status}" if self.status is not None else f"got no answer ({self.error or 'none yet'})"
        )
        return f"{self.method} {self.url} {outcome}"


class Picture(Struct, frozen=True):
    """A screenshot; passwords and secrets are masked."""

    title: str
    jpeg: bytes


class PageSeen(Struct, frozen=True):
    """What a page showed, and what it did until then."""

    path: str
    url: str = ""
    """Where the browser ended up."""
    status: int | None = None
    problem: str = ""
    """Why the page could not be opened at all."""
    title: str = ""
    text: str = ""
    """What is visible of it as text, cut."""
    drawn: bool = False
    """Whether something is visible: a text that is not a loading message, a picture, a control."""
    missing: tuple[str, ...] = ()
    """What it must show and does not."""
    unwanted: tuple[str, ...] = ()
    """What it must not show and does."""
    painted: float | None = None
    """When something was painted for the first time."""
    console: tuple[ConsoleLine, ...] = ()
    calls: tuple[PageCall, ...] = ()
    junk: tuple[str, ...] = ()
    """What holds "undefined" or another empty value in place of a token: keys of the storage, headers of calls."""
    worker: bool = False
    """Whether a service worker has taken over the page."""


class SignInStep(Struct, frozen=True):
    """One step of signing in through the page."""

    name: str
    """`register`, `log in`, `log in again`, `reload`."""
    page: PageSeen
    form_gone: bool = False
    """Whether the form is no longer there, as if it had succeeded."""
    account_shown: bool = False
    """Whether what a signed-in page shows is there."""
    alert: str = ""
    """What the page says went wrong."""
    problem: str = ""
    """Why the step could not be taken, which says nothing of the page."""

    @property
    def failed_call(self) -> PageCall | None:
        """The call that should have signed in and failed; a page in place of data is not a success."""
        for each in self.page.calls:
            failed = each.status is None or each.status >= 400 or each.is_page_for_script
            if each.has_account and failed:
                return each
        return None

    @property
    def succeeded(self) -> bool:
        """Whether the user seems to be signed in, and nothing says otherwise."""
        return not self.problem and self.form_gone and self.failed_call is None


class Journey(Struct, frozen=True):
    """Signing in through the page, step by step; it ends at the first step that does not succeed."""

    steps: tuple[SignInStep, ...] = ()
    registered: bool = False
    """Whether the form to register was sent."""

    def step(self, *names: str) -> SignInStep | None:
        """Return the first of these steps that was taken."""
        return next((each for each in self.steps if each.name in names), None)


class BrowserView(Struct, frozen=True):
    """Everything that a browser saw of one environment."""

    absent: NoBrowser | None = None
    browser: str = ""
    """Name and version."""
    pages: tuple[PageSeen, ...] = ()
    second: PageSeen | None = None
    """The first page once more, where a service worker has taken over: what a returning visitor sees."""
    journey: Journey | None = None
    pictures: tuple[Picture, ...] = ()
    failure: str = ""
    """An error of ours or of the browser that cut it short."""
    seconds: float = 0.0

    @property
    def seen(self) -> tuple[PageSeen, ...]:
        """Every page that was seen, in order."""
        steps = tuple(each.page for each in self.journey.steps) if self.journey else ()
        return (*self.pages, *((self.second,) if self.second else ()), *steps)


def trusted_origins(environment: Environment) -> frozenset[str]:
    """Return the origins that belong to the application."""
    section = environment.browser
    stated = section.origins if section is not None else ()
    return frozenset(web_origin(each) for each in (environment.pages_url, environment.backend.url, *stated))


def name_from_here(method: str, url: str) -> str:
    """Return the name of the exchange that repeats a call of a page."""
    parts = urlsplit(url)
    return f"{FROM_HERE}{method} {parts.path}" + (f"?{parts.query}" if parts.query else "")


class Person(Struct, frozen=True):
    """Who signs in."""

    email: str
    password: str
    name: str = ""
    creates: bool = False
    """Whether the account must be created first."""
