"""The standing account of `[sign_in]`, and what it means that its variables are not set."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError, ValidationInfo, ValidatorFunctionWrapHandler
from pydantic_core import ErrorDetails

from smokegate.environment import variables
from smokegate.environment.errors import MissingVariableError
from smokegate.environment.fields import Secret, UserName
from smokegate.environment.section import Section, retold


class Account(Section):
    """A standing account, with which the journey signs in where it may not create one.

    Left out, it is that of the variables `SMOKE_NAME_EMAIL` and `SMOKE_NAME_PASSWORD`, NAME being the
    environment's. Where one of them is not set, everything else is checked, and the run says that sign-in could not
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
