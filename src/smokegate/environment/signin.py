"""The `[sign_in]` section: the journey of a user, and whose account makes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from smokegate.environment.calls import AccountView, Called, Csrf, Delete, Login, Logout, Register, WriteCheck
from smokegate.environment.errors import MissingVariableError
from smokegate.environment.fields import Duration, HeaderName, Many, Secret, UserName
from smokegate.environment.notes import After, Around, Read, such_as
from smokegate.environment.presets import known_preset, with_preset
from smokegate.environment.section import Section, SectionError, named
from smokegate.environment.variables import Variables

__all__ = ["Account", "AccountView", "Csrf", "Delete", "Login", "Logout", "Register", "SignIn", "WriteCheck"]


class Account(Section, frozen=True, kw_only=True):
    """The standing account: an existing account that signs in if the run may not create one.

    By default it is read from the variables `SMOKE_NAME_EMAIL` and `SMOKE_NAME_PASSWORD`, where NAME is the
    environment's name. If one of them is not set, everything else is checked, and sign-in is reported as not judged.
    """

    email: UserName
    """Its e-mail address, as `{ env = "NAME" }`."""
    password: Secret
    """Its password, as `{ env = "NAME" }`."""


def account_if_known(value: Any, read: Read, given: Variables | None) -> Account | None:
    """Return None, and note the variables, where all that is wrong is that variables are not set."""
    try:
        account: Account | None = read(value)
    except SectionError as error:
        if given is None:
            raise
        missing = [each.what.variable for each in error.problems if isinstance(each.what, MissingVariableError)]
        others = [each for each in error.problems if not isinstance(each.what, MissingVariableError)]
        if others:
            raise SectionError(others) from None
        given.missing.extend(missing)
        return None
    return account


class SignIn(Section, frozen=True, kw_only=True):
    """Signing in: register, log in, see the account, log out, log in again.

    Each request is a path, or a table: `login = { path = "/token", body = "form", email = "username" }`.
    """

    preset: Annotated[Annotated[str, After(known_preset)] | None, such_as("django")] = None
    """A framework whose usual values fill in what is left out; see the presets below."""
    register_call: Annotated[Called[Register] | None, such_as("/api/auth/register")] = named("register", None)
    """The request that creates an account."""
    login_call: Annotated[Called[Login], such_as("/api/auth/login")] = named("login")
    """The request that logs a user in."""
    account_call: Annotated[Called[AccountView], such_as("/api/auth/me")] = named("account")
    """The request that shows the signed-in account."""
    logout_call: Annotated[Called[Logout] | Literal[False] | None, such_as("/logout")] = named("logout", None)
    """The request that logs a user out. The old token or session must be refused afterwards. By default, if the login
    path ends in `login`, the `logout` next to it is tried with an account that the run created; `false`: no logout is
    tried."""
    delete_call: Annotated[Called[Delete] | None, such_as("/api/auth/me")] = named("delete", None)
    """The request with which an account deletes itself; used to clean up accounts that a run created."""
    write_check: WriteCheck | None = None
    """A write that the signed-in account makes and undoes."""
    creates_accounts: bool = False
    """Whether a run may create an account (needs `register`); otherwise it signs in with `standing`."""
    standing: Annotated[Account | None, Around(account_if_known)] = None
    """The standing account."""
    keep: bool = False
    """`true`: the standing account existed before this deploy and no one changes it, so a refused login means lost
    data. It then signs in even if the run also creates an account."""
    email_domain: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+$")] = "example.com"
    """The domain of created e-mail addresses (`smokegate+RANDOM@DOMAIN`)."""
    within: Duration | None = None
    """Latency budget of each step, on a warm connection. Exceeding it is only a warning."""
    session: Literal["token", "cookie"] = "token"
    """What a login returns: a token to send in a header, or a session cookie, handled as in a browser."""
    cookie: Annotated[str | None, such_as("sessionid")] = None
    """The session cookie that a login must set; by default any. Needs `session = "cookie"`."""
    token: str = "access_token"  # noqa: S105 - the name of a key
    """The key of the response that contains the token, with dots between levels."""
    token_header: Annotated[HeaderName | None, such_as("Authorization")] = None
    """The response header that contains the token, if it is not in the body."""
    header: HeaderName = "Authorization"
    """The request header in which the token is sent."""
    scheme: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]*$")] = "Bearer"
    """The word before the token in that header; empty for the token alone."""
    csrf: Csrf | None = None
    """The CSRF token."""
    identity_declared: str | None = named("identity", None)
    """The key that identifies an account in the responses of registration and account view; by default `id`, which may
    be missing."""
    touches: Many[Literal["database"]] = ("database",)
    """What signing in depends on."""

    @classmethod
    def prepared(cls, table: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the table with the preset's values for what it leaves out."""
        return with_preset(table)

    @property
    def register_(self) -> str | None:
        """The path that creates an account."""
        return self.register_call.path if self.register_call else None

    @property
    def login(self) -> str:
        """The path of the login."""
        return self.login_call.path

    @property
    def account(self) -> str:
        """The path that shows the account."""
        return self.account_call.path

    @property
    def delete(self) -> str | None:
        """The path that deletes an account."""
        return self.delete_call.path if self.delete_call else None

    @property
    def logout(self) -> Logout | None:
        """The declared logout."""
        return self.logout_call or None

    @property
    def usual_logout(self) -> Logout | None:
        """The logout that is beside the login by convention, where the file says nothing of one."""
        found = re.fullmatch(r"(.*/)(log|sign)([-_]?)in(/?)", self.login, re.IGNORECASE)
        if self.logout_call is False or found is None:
            return None
        return Logout(path=f"{found[1]}{found[2]}{found[3]}out{found[4]}")

    @property
    def identity(self) -> str:
        """The key that identifies an account."""
        return self.identity_declared or "id"

    @property
    def by_cookie(self) -> bool:
        """Whether a session cookie, and no token, says who is signed in."""
        return self.session == "cookie" or self.cookie is not None

    @property
    def credential_header(self) -> str | None:
        """The request header that says who is signed in; None where a cookie does."""
        return None if self.by_cookie else self.header

    @property
    def confirms_elsewhere(self) -> bool:
        """Whether a new account cannot sign in yet."""
        return self.register_call is not None and self.register_call.confirmed == "elsewhere"

    @property
    def writes(self) -> bool:
        """Whether a run writes something: an account, or what `write_check` declares."""
        return self.creates_accounts or self.write_check is not None

    @property
    def needs_standing(self) -> bool:
        """Whether something is checked with the standing account."""
        return not self.creates_accounts or self.keep or self.confirms_elsewhere

    @property
    def signs_in_only(self) -> bool:
        """Whether it is the standing account that signs in, since a run creates none that can."""
        return not self.creates_accounts or self.confirms_elsewhere
