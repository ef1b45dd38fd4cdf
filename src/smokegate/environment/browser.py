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
    """One thing on a page: a text, or an element by its accessible role and name, by its label, or by a selector."""

    text: str | None = None
    """A text that must be seen; "HEALTHY" is not seen in "UNHEALTHY". Upper and lower case do not matter."""
    role: str | None = None
    """An accessible role, such as `"heading"` or `"button"`."""
    name: str | None = None
    """The accessible name that goes with the role."""
    label: str | None = None
    """The label of a field."""
    selector: str | None = None
    """A CSS selector."""

    def __post_init__(self) -> None:
        """Refuse what names no one thing.

        Raises:
            InvalidValueError: it has none of the keys, or too many.
        """
        given = [key for key in ("text", "role", "label", "selector") if getattr(self, key)]
        if len(given) != 1 or (self.name is not None and given != ["role"]):
            raise InvalidValueError(
                "one of the keys text, role (with name), label and selector",
                found=" and ".join(sorted(key for key in self.__struct_fields__ if getattr(self, key) is not None))
                or "none",
            )

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
    """Where it is."""
    shows: Annotated[Many[Shown], such_as(["Backend Health: HEALTHY"])] = ()
    """What a user sees there once it is loaded."""
    not_shows: Annotated[Many[Shown], such_as(["Backend Health: ERROR"])] = ()
    """What a user must not see there."""
    within: Duration | None = None
    """Budget until something is painted for the first time. Over it is a warning only."""


class BrowserFields(Section, frozen=True, kw_only=True):
    """The fields of the forms, where they are not found by their type, name and label."""

    email: InputField = None
    """The e-mail address or user name."""
    password: InputField = None
    """The password; each that is found is filled in."""
    name: InputField = None
    """The user's name."""
    submit: InputField = None
    """What is clicked to send the form; left out, its submit button. A bare text is the button's name."""
    logout: InputField = None
    """What is clicked to log out; left out, a button or link with such a name, else the session is cleared."""


class BrowserSignIn(Section, frozen=True, kw_only=True):
    """Signing in through the page, with an account by the rules of `[sign_in]`.

    Registers where `creates_accounts` allows it, else signs in with the standing account; the account must be
    shown. Then it logs out, logs in again and reloads the page.
    """

    register_page: Annotated[Path | None, such_as("/register")] = named("register", None)
    """The page with the form to register; left out, an account is never created through the page."""
    login: Path = "/login"
    """The page with the form to log in."""
    shows: Annotated[Many[Shown], such_as(["Welcome, {name}"])] = ()
    """What the signed-in page shows; `{email}` and `{name}` stand for the account's. Left out, one of the two."""
    fields: BrowserFields = field(default_factory=BrowserFields)
    """Which fields are filled in."""
    reload: bool = True
    """`false`: reloading the page signs the user out, by design."""


class BrowserSection(Section, frozen=True, kw_only=True):
    """What a user sees: pages in a headless Chromium. Needs the extra `smokegate[browser]`."""

    url: Annotated[Origin | None, such_as("https://www.example.com")] = None
    """The pages' address; left out, `frontend.url`, else `backend.url`."""
    timeout: Duration = 10.0
    """How long a page may take until it shows what it must. A page on which nothing happens any more for a quarter
    of it is judged at once."""
    required: bool = True
    """Whether a machine without a browser leaves the run UNKNOWN; `false`: a gap that the report names."""
    origins: Annotated[Many[str], such_as(["https://cdn.example.com"])] = ()
    """Further origins that belong to the application, such as a CDN; those of `url` and `backend.url` do anyway.
    Every other is a third party: its failures break nothing, and nothing of an account is sent to it."""
    allow: Annotated[Many[str], such_as(["/api/market/"])] = ()
    """Failures that are known and harmless: each a part of the request's address or of the error's text."""
    trace: str | None = None
    """A file to write Playwright's trace to, best with `--set`. It holds everything that was sent, secrets too."""
    pages: Many[BrowserPage] = field(default_factory=lambda: (BrowserPage(),))
    """The pages to open, each a `[[browser.pages]]`; left out, `/`."""
    sign_in: BrowserSignIn | None = None
    """Signing in through the page."""
