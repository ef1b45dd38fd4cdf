"""The `[sign_in]` section: the journey of a user, and whose account makes it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, ValidationError, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import ErrorDetails

from smokegate.environment import variables
from smokegate.environment.errors import MissingVariableError
from smokegate.environment.fields import Duration, Path, Secret, UserName
from smokegate.environment.section import Section, retold


class Account(Section):
    """A standing account, with which the journey signs in where it may not create one.

    Left out, it is that of the variables `SMOKE_NAME_EMAIL` and `SMOKE_NAME_PASSWORD`, NAME being the
    environment's. Where one of them is not set, all else is checked, and the run says that sign-in could not
    be judged.
    """

    email: UserName
    """Its e-mail address, as `{ env = "NAME" }`."""
    password: Secret
    """Its password, as `{ env = "NAME" }`."""


def account_if_known(value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Account | None:
    """Return None, and note the variables, where all that is wrong is that variables are not set.

    Raises:
        ValidationError: something else is wrong with it.
    """
    given = variables.of(info)
    try:
        account: Account | None = handler(value)
    except ValidationError as error:
        if given is None:
            raise
        found = error.errors(include_url=False)
        missing = {each["loc"]: cause.variable for each in found if (cause := _unset(each)) is not None}
        others = [each for each in found if each["loc"] not in missing]
        if others:
            raise retold(others) from None
        given.missing.extend(missing.values())
        return None
    return account


def _unset(error: ErrorDetails) -> MissingVariableError | None:
    cause = error.get("ctx", {}).get("error")
    return cause if isinstance(cause, MissingVariableError) else None


class SignIn(Section):
    """The sign-in API: register, log in, see the account, log out, log in again."""

    register_: Path | None = Field(default=None, alias="register", examples=["/api/auth/register"])
    """Where an account is created (POST)."""
    login: Path = Field(examples=["/api/auth/login"])
    """Where one logs in (POST)."""
    account: Path = Field(examples=["/api/auth/me"])
    """Where the signed-in account is shown (GET with a bearer token)."""
    delete: Path | None = Field(default=None, examples=["/api/auth/me"])
    """Where an account deletes itself (DELETE with its bearer token); used to clean up what a run created."""
    creates_accounts: bool = False
    """Whether a run may create an account, which needs `register`; else it signs in with `standing`."""
    standing: Annotated[Account | None, WrapValidator(account_if_known)] = None
    """The standing account."""
    email_domain: str = Field(default="example.com", pattern=r"^[A-Za-z0-9.-]+$")
    """The domain of created addresses: `smokegate+RANDOM@` this."""
    within: Duration | None = None
    """Latency budget of each step, on a warm connection. Over it is a warning only."""
    token: str = "access_token"  # noqa: S105 - the name of a key
    """The key of the answer that holds the token."""
    identity: str = "id"
    """The key of the answer and of the account view that tells one account from another."""

    @property
    def signs_in_only(self) -> bool:
        """Whether the journey begins with a login, since it may create no account."""
        return not self.creates_accounts
