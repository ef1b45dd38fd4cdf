"""The requests of the `[sign_in]` section: each a path, or a table where the application wants more than a path."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

from msgspec import field

from smokegate.environment import variables
from smokegate.environment.addresses import path as checked_path
from smokegate.environment.errors import InvalidValueError
from smokegate.environment.fields import HeaderName, Many, Path, SentHeaders, Status
from smokegate.environment.notes import Before, such_as
from smokegate.environment.request_fields import Fields
from smokegate.environment.section import Section, named
from smokegate.environment.wording import describe

T = TypeVar("T")
IDENTITY = "{identity}"
"""Stands for the account's identity in the path that deletes it; the only placeholder there is."""


def path_or_table(value: object, _given: variables.Variables | None) -> object:
    """Read a path alone as the table that holds it."""
    if isinstance(value, str):
        return {"path": value}
    if isinstance(value, Mapping | Section):
        return value
    raise InvalidValueError('a path such as "/login", or a table with a path', found=describe(value))


Called = Annotated[T, Before(path_or_table)]
"""A request that may be written as its path alone."""


def with_identity(text: object, _given: variables.Variables | None) -> object:
    """Check a path that may hold the placeholder of the account's identity, and no other."""
    if not isinstance(text, str):
        return text
    if re.search(r"[{}]", text.replace(IDENTITY, "")):
        raise InvalidValueError(f"a path with no placeholder but {IDENTITY}", found=describe(text))
    return checked_path(text)


class Call(Section, frozen=True, kw_only=True):
    """A request that sends a body."""

    path: Path
    """The path to request."""
    body: Literal["json", "form"] = "json"
    """The format of the body: JSON, or form-encoded."""
    fields: Fields = field(default_factory=dict)
    """Additional fields of the body. In JSON, dots in a name separate levels: `"user.role"`."""
    send: SentHeaders = field(default_factory=dict)
    """Additional request headers."""


class Credentials(Call, frozen=True, kw_only=True):
    """A request that sends an e-mail address and a password."""

    email: str = "email"
    """The name of the field that holds the e-mail address or user name."""
    password: str = "password"  # noqa: S105 - the name of a field
    """The name of the field that holds the password."""


class Register(Credentials, frozen=True, kw_only=True):
    """How an account is created (POST)."""

    fields: Fields = field(default_factory=lambda: {"full_name": "smokegate synthetic check"})
    """Additional fields of the body, such as `{ terms = true, company = "smokegate" }`."""
    password_again: str | None = None
    """The name of the field that repeats the password, if there is one."""
    token: Annotated[str | None, such_as("access_token")] = None
    """The key of the response that contains the token, with dots between levels. If set, registering must return a
    token; if not, a response without a token is followed by a login."""
    confirmed: Literal["by the answer", "elsewhere"] = "by the answer"
    """`"elsewhere"`: a new account must be confirmed first, for example by e-mail. Then registering is checked by its
    status only, and the standing account signs in."""


class Login(Credentials, frozen=True, kw_only=True):
    """How a user logs in (POST)."""

    refused: Many[Status] = (400, 401, 403, 422)
    """Statuses that mean that a wrong password was refused. A 404 whose JSON says that there is no such user counts
    too."""


class AccountView(Section, frozen=True, kw_only=True):
    """The request that shows the signed-in account (GET)."""

    path: Path
    """Its path."""
    send: SentHeaders = field(default_factory=dict)
    """Additional request headers."""
    refused: Many[Status] = (401, 403)
    """Statuses that mean that a client without sign-in was refused. A redirect to a login page counts too, and so does
    a 404 in JSON."""


class Logout(Call, frozen=True, kw_only=True):
    """How a user logs out."""

    method: Literal["POST", "DELETE", "GET"] = "POST"
    """The method."""
    revokes: bool = True
    """Whether the old token or session must be refused afterwards. `false`: tokens outlive a logout by design."""


class Delete(Call, frozen=True, kw_only=True):
    """How a created account is deleted."""

    path: Annotated[str, Before(with_identity)]
    """Its path; `{identity}` stands for the value of `identity` from the registration or the account view."""
    method: Literal["DELETE", "POST"] = "DELETE"
    """The method."""
    password: str | None = None
    """The name of the field for the password, if deleting requires it."""


class Undo(Call, frozen=True, kw_only=True):
    """How the write is undone."""

    path: Annotated[str, Before(with_identity)]
    """Its path; `{identity}` stands for the value of `identity` from the response to the write."""
    method: Literal["DELETE", "POST", "PUT", "PATCH"] = "DELETE"
    """The method."""


class WriteCheck(Call, frozen=True, kw_only=True):
    """A write that the account makes and undoes at once, because signing in alone writes nothing."""

    method: Literal["POST", "PUT", "PATCH"] = "POST"
    """The method."""
    identity: str = "id"
    """The key of the response whose value replaces `{identity}` in `undo`, with dots between levels."""
    undo: Called[Undo]
    """How it is undone, also after Ctrl-C: a path for DELETE, or a table."""


class Csrf(Section, frozen=True, kw_only=True):
    """The CSRF token: where it is read, and how it is sent with each write.

    It is read from one of `input`, `meta`, `cookie`, `json` and `answer_header`, and sent as `field`, as `header`
    or both. Requests then have `Origin` and `Referer` headers, as in a browser.
    """

    page: Annotated[Path, such_as("/accounts/login/")]
    """The page that contains it, requested (GET) before each write."""
    input: Annotated[str | None, such_as("csrfmiddlewaretoken")] = None
    """The name of the hidden field that contains it; it is sent back under the same name."""
    meta: Annotated[str | None, such_as("csrf-token")] = None
    """The name of the `<meta>` element that contains it."""
    cookie: Annotated[str | None, such_as("XSRF-TOKEN")] = None
    """The cookie that contains it."""
    json_: Annotated[str | None, such_as("csrfToken")] = named("json", None)
    """The key of the JSON body that contains it, with dots between levels."""
    answer_header: Annotated[HeaderName | None, such_as("X-CSRF-Token")] = None
    """The response header that contains it."""
    field: Annotated[str | None, such_as("_token")] = None
    """The field of the body in which it is sent."""
    header: Annotated[HeaderName | None, such_as("X-CSRFToken")] = None
    """The request header in which it is sent."""
