"""Which answers with a success in their status say in their body that a login failed."""

from __future__ import annotations

from typing import Any

import pytest

from smokegate.environment.signin import SignIn
from smokegate.observation.evidence.sign_in import keeps_out, opens, refuses_login
from smokegate.observation.evidence.sign_in_reply import Reply
from smokegate.observation.exchange import Headers

BY_TOKEN = SignIn.read({"login": "/login", "account": "/me"})


def answered(said: Any, status: int = 200) -> Reply:
    """Return a JSON answer to a login."""
    return Reply(status, Headers(()), str(said), said, is_json=True)


@pytest.mark.parametrize(
    "said",
    [
        {"success": False, "message": "Invalid email or password"},
        {"ok": False},
        {"status": False},
        {"status": "error", "message": "no"},
        {"error": "invalid_grant"},
        {"errors": ["Wrong password"]},
        {"code": 500, "msg": "User does not exist/password error"},
        {"code": "401", "msg": "no"},
        {"code": 60204, "message": "Account and password are incorrect."},
    ],
)
def test_a_success_that_says_no_refuses_a_login(said: Any) -> None:
    assert refuses_login(BY_TOKEN, answered(said))


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"message": "ok"},
        {"success": True, "error": None, "errors": []},
        {"code": 0, "msg": "password accepted"},
        {"code": 200},
        {"code": 20000, "data": {}},
        ["error"],
        {"success": False, "access_token": "tok-1234567"},
    ],
)
def test_a_success_that_does_not_say_no_refuses_nothing(said: Any) -> None:
    """Also where it says no and hands out a token all the same."""
    assert not refuses_login(BY_TOKEN, answered(said))


@pytest.mark.parametrize(
    "said",
    [
        {"code": 401, "msg": "Not logged in"},
        {"success": False, "message": "Please sign in"},
        {"data": {"me": None}, "errors": [{"message": "UNAUTHENTICATED"}]},
    ],
)
def test_an_account_view_that_says_no_with_a_success_shows_no_one(said: Any) -> None:
    assert keeps_out(BY_TOKEN, answered(said))
    assert not opens(BY_TOKEN, answered(said))


@pytest.mark.parametrize("said", [{"id": 3, "status": False}, {"code": 0, "data": {"id": 3}}, {"email": "a@b.example"}])
def test_an_account_view_that_shows_someone_opens(said: Any) -> None:
    assert opens(BY_TOKEN, answered(said))
    assert not keeps_out(BY_TOKEN, answered(said))
