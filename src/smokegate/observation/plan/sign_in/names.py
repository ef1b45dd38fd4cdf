"""The names of the exchanges of signing in."""

from __future__ import annotations

REGISTER = "register"
LOGIN_FIRST = "login first"
"""The first login: with the standing account, or with a new one whose registration signed no one in."""
ACCOUNT = "account"
ANONYMOUS = "account without token"
LOGOUT = "logout"
AFTER_LOGOUT = "account after logout"
LOGIN = "login"
AGAIN = "account again"
WRONG = "wrong password"
AFTER_WRONG = "account after wrong password"
KEPT = "kept account"
"""A login with an account from before this deploy."""
WRITE = "write"
UNDO = "undo of the write"
CLEAN_UP = "clean up"
LEFT_LOGIN = "login of an account left behind"
LEFT_CLEAN_UP = "clean up of an account left behind"
"""What the names of requests begin with that delete the account of an earlier run, which was killed."""
CSRF = "csrf for "
"""What the name of a request for a CSRF token begins with; the name of the request that needs it follows."""
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
"""The exchanges of the sign-in journey, in the order of the story."""
