"""The standing account of `[sign_in]`, and what it means that its variables are not set."""

from __future__ import annotations

from typing import Any

from smokegate.environment.errors import MissingVariableError
from smokegate.environment.fields import Secret, UserName
from smokegate.environment.notes import Read
from smokegate.environment.section import Section, SectionError
from smokegate.environment.variables import Variables


class Account(Section, frozen=True, kw_only=True):
    """A standing account, with which the journey signs in where it may not create one.

    Left out, it is that of the variables `SMOKE_NAME_EMAIL` and `SMOKE_NAME_PASSWORD`, NAME being the
    environment's. Where one of them is not set, everything else is checked, and the run says that sign-in could not
    be judged.
    """

    email: UserName
    """Its e-mail address, as `{ env = "NAME" }`."""
    password: Secret
    """Its password, as `{ env = "NAME" }`."""


def account_if_known(value: Any, read: Read, given: Variables | None) -> Account | None:
    """Return None, and note the variables, where all that is wrong is that variables are not set.

    Raises:
        SectionError: something else is wrong with it.
    """
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
