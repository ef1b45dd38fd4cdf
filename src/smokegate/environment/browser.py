"""The `[browser]` section: what a user's browser shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from smokegate.environment.errors import InvalidValueError
from smokegate.environment.fields import Duration, Many, Origin, Path
from smokegate.environment.notes import Before, Kind, such_as
from smokegate.environment.section import Section, named
from smokegate.environment.variables import Variables
from smokegate.environment.wording import describe


class Element(Section, frozen=True, kw_only=True):
    """Something on a page: a text, or an element found by its accessible role and name, its label, or a selector."""

    text: str | None = None
    """Text that must be visible, ignoring case; "HEALTHY" is not found in "UNHEALTHY"."""
    role: str | None = None
    """An accessible role, such as `"heading"` or `"button"`."""
    name: str | None = None
    """The accessible name that goes with the role."""
    label: str | None = None
    """The label of a field."""
    selector: str | None = None
    """A CSS selector."""

    def __post_init__(self) -> None:
        """Refuse what names no one thing: none of the keys, or too many."""
        named = [key for key in ("text", "role", "label", "selector") if getattr(self, key)]
        if len(named) != 1 or (self.name is not None and named != ["role"]):
            found = " and ".join(sorted(self.given)) or "none"
            raise InvalidValueError("one of the keys text, role (with name), label and selector", found=found)

    def __str__(self) -> str:
        if self.role is not None:
            return f"{self.role} {self.name!r}" if self.name else self.role
        return repr(self.text) if self.text else f"{self.label or self.selector}"


def element(key: str) -> Before:
    """Read a bare text as an element that has it under this key."""

    def read(value: object, _given: Variables | None) -> object:
        if isinstance(value, str) and value.strip():
            return {key: value}
        if value is None or isinstance(value, Mapping | Element):
            return value
        raise InvalidValueError("a text, or a table such as { role = ..., name = ... }", found=describe(value))

    return Before(read)


_SCHEMA = Kind(
    {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/Element"}]},
    "text, or a table of `role` and `name`, `label`, or `selector`",
)
Shown = Annotated[Element, element("text"), _SCHEMA]
InputField = Annotated[Element | None, element("label"), _SCHEMA]


class BrowserPage(Section, frozen=True, kw_only=True):
    """A page to open."""

    path: Annotated[Path, such_as("/dashboard")] = "/"
    """Its path."""
    shows: Annotated[Many[Shown], such_as(["Backend Health: HEALTHY"])] = ()
    """What a user sees there once it is loaded."""
    not_shows: Annotated[Many[Shown], such_as(["Backend Health: ERROR"])] = ()
    """What a user must not see there."""
    within: Duration | None = None
    """Budget for the first paint. Exceeding it is only a warning."""


class BrowserFields(Section, frozen=True, kw_only=True):
    """The fields of the forms, if they are not found by their type, name and label."""

    email: InputField = None
    """The e-mail address or user name."""
    password: InputField = None
    """The password; all matching fields are filled in."""
    name: InputField = None
    """The user's name."""
    submit: InputField = None
    """What to click to send the form; by default its submit button. A plain text is the button's name."""
    logout: InputField = None
    """What to click to log out; by default a button or link with such a name, or else the session is cleared."""


class BrowserSignIn(Section, frozen=True, kw_only=True):
    """Signing in through the page.

    Registers an account if `[sign_in]` has `creates_accounts`, otherwise signs in with the standing account. The
    account must then be shown. Afterwards it logs out, logs in again and reloads the page.
    """

    register_page: Annotated[Path | None, such_as("/register")] = named("register", None)
    """The page with the registration form; by default no account is created through the page."""
    login: Path = "/login"
    """The page with the login form."""
    shows: Annotated[Many[Shown], such_as(["Welcome, {name}"])] = ()
    """What the signed-in page shows; `{email}` and `{name}` stand for the account's values. By default one of the
    two."""
    fields: BrowserFields = field(default_factory=BrowserFields)
    """Which fields are filled in."""
    reload: bool = True
    """`false`: reloading the page signs the user out by design."""


class BrowserSection(Section, frozen=True, kw_only=True):
    """What a user sees: opens pages in headless Chromium. Needs the extra `smokegate[browser]`."""

    url: Annotated[Origin | None, such_as("https://www.example.com")] = None
    """The pages' address; by default `frontend.url`, or else `backend.url`."""
    timeout: Duration = 10.0
    """How long a page may take until it shows what it must. A page without any activity for a quarter of this time is
    judged at once."""
    required: bool = True
    """`true`: without a browser on this machine, the run is UNKNOWN; `false`: the report only lists it as not
    covered."""
    origins: Annotated[Many[str], such_as(["https://cdn.example.com"])] = ()
    """Additional origins of the application, such as a CDN; `url`, `backend.url` and `frontend.calls` always belong to
    it. All others are third parties: their failures are ignored, and no account data is sent to them."""
    allow: Annotated[Many[str], such_as(["/api/market/"])] = ()
    """Known, harmless failures: each a part of the request's address or of the error message."""
    trace: str | None = None
    """A file for Playwright's trace, best used with `--set`. It contains everything that was sent, including
    secrets."""
    pages: Many[BrowserPage] = field(default_factory=lambda: (BrowserPage(),))
    """The pages to open, each a `[[browser.pages]]`; left out, `/`."""
    sign_in: BrowserSignIn | None = None
    """Signing in through the page."""
