"""The names of the sign-in exchanges."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.observation.plan.step import Group

REGISTER = "register"
LOGIN_FIRST = "login first"
"""The first login: with the standing account, or with a new one if registering did not sign in."""
ACCOUNT = "account"
ANONYMOUS = "account without token"
LOGOUT = "logout"
AFTER_LOGOUT = "account after logout"
LOGIN = "login"
AGAIN = "account again"
WRONG = "wrong password"
AFTER_WRONG = "account after wrong password"
KEPT = "kept account"
"""A login with an account that predates this deploy."""
WRITE = "write"
UNDO = "undo of the write"
CLEAN_UP = "clean up"
LEFT_LOGIN = "login of an account left behind"
LEFT_CLEAN_UP = "clean up of an account left behind"
"""Name prefixes of the requests that delete the account of a killed run."""
CSRF = "csrf for "
"""Name prefix of a CSRF token request, followed by the name of the request that needs it."""
JOURNEY_NAMES = (
    REGISTER,
    LOGIN_FIRST,
    ACCOUNT,
    ANONYMOUS,
    LOGOUT,
    AFTER_LOGOUT,
    LOGIN,
    AGAIN,
    WRITE,
    UNDO,
    WRONG,
    AFTER_WRONG,
    KEPT,
)
"""The exchanges of the sign-in flow, in order."""
GROUPS: dict[str, Group] = {
    **dict.fromkeys((CSRF + WRONG, WRONG, AFTER_WRONG), "refusal"),
    **dict.fromkeys((CSRF + WRITE, WRITE, CSRF + UNDO, UNDO), "write"),
}
"""The groups of steps that repeated runs can omit."""
GIVE_CREDENTIALS = {ACCOUNT: (REGISTER, LOGIN_FIRST), AGAIN: (LOGIN,)}
"""Account view → the exchanges whose credentials it uses."""
BEFORE_CLEAN_UP = (ANONYMOUS, ACCOUNT, LOGOUT, AFTER_LOGOUT, LOGIN, AGAIN, WRITE, UNDO, WRONG, AFTER_WRONG)
"""The exchanges that must be done before the account is deleted."""
