"""The data of the browser vantage point: frozen, raw, independent of Playwright. Times are in seconds."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from smokegate.environment.model import Environment
from smokegate.observation.plan.step import FROM_HERE, web_origin

MIXED = "mixed-content"
"""The browser's term for a plain HTTP request that it blocked on an HTTPS page."""


class NoBrowser(Struct, frozen=True):
    """Why no browser ran: there is none, or it did not start."""

    why: str
    remedy: str
    """The command that fixes it."""

    def __str__(self) -> str:
        return f"{self.why}: {self.remedy}" if self.remedy else self.why


class ConsoleLine(Struct, frozen=True):
    """One console line, from a script or the browser itself."""

    kind: str
    """`error`, `warning`, `log` …, or `uncaught` for an uncaught error."""
    text: str
    where: str = ""
    """The script that logged it, if known."""


class PageCall(Struct, frozen=True):
    """One request of a page."""

    method: str
    url: str
    kind: str
    """`document`, `script`, `stylesheet`, `fetch`, `xhr`, `image` …"""
    status: int | None = None
    """None: no response."""
    error: str = ""
    """The browser's error code if there is none: `net::ERR_FAILED`."""
    content_type: str = ""
    from_worker: bool = False
    """Whether a service worker responded."""
    has_account: bool = False
    """Whether it contains the account's email address: the registration or login call."""

    @property
    def is_page_for_script(self) -> bool:
        """Whether a script got a web page instead of code or data."""
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
    """What a page showed and did."""

    path: str
    url: str = ""
    """The final URL."""
    status: int | None = None
    problem: str = ""
    """Why the page could not be opened."""
    title: str = ""
    text: str = ""
    """Its visible text, truncated."""
    drawn: bool = False
    """Whether something is visible: a text that is not a loading message, a picture, a control."""
    missing: tuple[str, ...] = ()
    """Expected elements that are not visible."""
    unwanted: tuple[str, ...] = ()
    """Forbidden elements that are visible."""
    painted: float | None = None
    """Time of the first paint."""
    console: tuple[ConsoleLine, ...] = ()
    calls: tuple[PageCall, ...] = ()
    junk: tuple[str, ...] = ()
    """Storage keys and request headers with "undefined" or another empty value instead of a token."""
    worker: bool = False
    """Whether a service worker controls the page."""


class SignInStep(Struct, frozen=True):
    """One step of signing in through the page."""

    name: str
    """`register`, `log in`, `log in again`, `reload`."""
    page: PageSeen
    form_gone: bool = False
    """Whether the form has disappeared, as after success."""
    account_shown: bool = False
    """Whether the page shows the signed-in state."""
    alert: str = ""
    """The page's error message."""
    problem: str = ""
    """Why the step could not be performed, for a reason other than the page."""

    @property
    def failed_call(self) -> PageCall | None:
        """The failed registration or login call; a web page instead of data counts as failed."""
        for each in self.page.calls:
            failed = each.status is None or each.status >= 400 or each.is_page_for_script
            if each.has_account and failed:
                return each
        return None

    @property
    def succeeded(self) -> bool:
        """Whether the user seems to be signed in."""
        return not self.problem and self.form_gone and self.failed_call is None


class Journey(Struct, frozen=True):
    """The steps of signing in through the page, up to the first that failed."""

    steps: tuple[SignInStep, ...] = ()
    registered: bool = False
    """Whether the form to register was sent."""

    def step(self, *names: str) -> SignInStep | None:
        """Return the first of the named steps that was performed."""
        return next((each for each in self.steps if each.name in names), None)


class BrowserView(Struct, frozen=True):
    """Everything observed of one environment in a browser."""

    absent: NoBrowser | None = None
    browser: str = ""
    """Name and version."""
    pages: tuple[PageSeen, ...] = ()
    second: PageSeen | None = None
    """The first page reloaded under its service worker: what a returning visitor sees."""
    journey: Journey | None = None
    pictures: tuple[Picture, ...] = ()
    failure: str = ""
    """Our or the browser's error that interrupted the run."""
    seconds: float = 0.0

    @property
    def seen(self) -> tuple[PageSeen, ...]:
        """All pages visited, in order."""
        steps = tuple(each.page for each in self.journey.steps) if self.journey else ()
        return (*self.pages, *((self.second,) if self.second else ()), *steps)


def trusted_origins(environment: Environment) -> frozenset[str]:
    """Return the origins of the application."""
    section = environment.browser
    stated = section.origins if section is not None else ()
    calls = environment.frontend.calls if environment.frontend is not None else None
    called = (calls,) if isinstance(calls, str) else ()
    return frozenset(web_origin(each) for each in (environment.pages_url, environment.backend.url, *called, *stated))


def api_paths(environment: Environment) -> frozenset[str]:
    """Return paths that only the application's API has, by what the file declares."""
    api, backend = environment.sign_in, environment.backend
    calls = environment.frontend.calls if environment.frontend is not None else None
    found = {each.path.partition("?")[0] for each in backend.endpoints}
    found |= {backend.monitoring.path.partition("?")[0]} if backend.monitoring else set()
    found |= {each for each in (api.register_, api.login, api.account) if each} if api is not None else set()
    found |= {urlsplit(calls).path.rstrip("/")} if calls else set()
    return frozenset(each for each in found if each.strip("/"))


def is_misdirected(call: PageCall, trusted: frozenset[str], api: frozenset[str]) -> bool:
    """Return whether a call with one of the API's paths goes to an origin that is not the application's."""
    path = urlsplit(call.url).path
    below = any(path == each or path.startswith(f"{each}/") for each in api)
    return call.kind in {"fetch", "xhr"} and below and web_origin(call.url) not in trusted


def name_from_here(method: str, url: str) -> str:
    """Return the name of the exchange that repeats a call of a page."""
    parts = urlsplit(url)
    return f"{FROM_HERE}{method} {parts.path}" + (f"?{parts.query}" if parts.query else "")


class Person(Struct, frozen=True):
    """The user who signs in."""

    email: str
    password: str
    name: str = ""
    creates: bool = False
    """Whether the account must be created first."""
