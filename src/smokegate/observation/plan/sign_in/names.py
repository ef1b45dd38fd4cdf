"""The names of the sign-in exchanges."""

from __future__ import annotations

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
