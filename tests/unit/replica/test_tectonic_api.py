"""The healthy Tectonic backend answers as the real one does."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest


@pytest.fixture
def fresh(person: dict[str, str]) -> dict[str, str]:
    """A registration with an address that no one has used."""
    return {**person, "email": f"{uuid4().hex}@example.com"}


@pytest.fixture
def session(tectonic: Any, ask: Any, fresh: dict[str, str]) -> dict[str, Any]:
    """The answer to a registration."""
    answer = ask(tectonic, "POST", "/api/auth/register", json=fresh)
    assert answer.status_code == 200
    return dict(answer.json())


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_health_is_the_documented_constant(tectonic: Any, ask: Any) -> None:
    assert ask(tectonic, "GET", "/health").json() == {
        "status": "healthy",
        "service": "Tectonic Trading Platform API",
    }


def test_database_health_says_connected(tectonic: Any, ask: Any) -> None:
    assert ask(tectonic, "GET", "/health/db").json() == {"status": "healthy", "database": "connected"}


def test_the_version_is_the_commit_of_the_handle(tectonic: Any, ask: Any) -> None:
    assert ask(tectonic, "GET", "/version").json() == {"commit": tectonic.commit}


def test_every_answer_carries_the_commit(tectonic: Any, ask: Any) -> None:
    assert ask(tectonic, "GET", "/nowhere").headers["x-tectonic-commit"] == tectonic.commit


def test_unknown_paths_are_not_found(tectonic: Any, ask: Any) -> None:
    answer = ask(tectonic, "GET", "/nowhere")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_registering_answers_with_the_account_and_its_tokens(session: dict[str, Any]) -> None:
    assert session.keys() == {"id", "email", "full_name", "access_token", "refresh_token", "token_type"}


@pytest.mark.usefixtures("session")
def test_a_registered_address_is_taken(tectonic: Any, ask: Any, fresh: dict[str, str]) -> None:
    answer = ask(tectonic, "POST", "/api/auth/register", json=fresh)
    assert (answer.status_code, answer.json()) == (400, {"detail": "Email already registered"})


def test_a_short_password_is_echoed_in_the_refusal(tectonic: Any, ask: Any, fresh: dict[str, str]) -> None:
    answer = ask(tectonic, "POST", "/api/auth/register", json={**fresh, "password": "Sh0rt!"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["input"] == "Sh0rt!"


@pytest.mark.parametrize("address", ["person@host.test", "person@host.invalid", "person@localhost", "person"])
def test_special_addresses_are_refused(tectonic: Any, ask: Any, fresh: dict[str, str], address: str) -> None:
    answer = ask(tectonic, "POST", "/api/auth/register", json={**fresh, "email": address})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "email"]


def test_a_token_opens_its_own_account(tectonic: Any, ask: Any, session: dict[str, Any]) -> None:
    view = ask(tectonic, "GET", "/api/auth/me", headers=_bearer(session["access_token"])).json()
    assert view == {key: session[key] for key in ("id", "email", "full_name")}


def test_a_refresh_token_opens_nothing(tectonic: Any, ask: Any, session: dict[str, Any]) -> None:
    answer = ask(tectonic, "GET", "/api/auth/me", headers=_bearer(session["refresh_token"]))
    assert answer.status_code == 401


def test_without_a_token_the_account_is_closed(tectonic: Any, ask: Any) -> None:
    answer = ask(tectonic, "GET", "/api/auth/me")
    assert (answer.status_code, answer.json()) == (401, {"detail": "Not authenticated"})


def test_a_forged_token_is_refused(tectonic: Any, ask: Any) -> None:
    answer = ask(tectonic, "GET", "/api/auth/me", headers=_bearer("forged"))
    assert (answer.status_code, answer.json()) == (401, {"detail": "Could not validate credentials"})


def test_login_opens_the_same_account(tectonic: Any, ask: Any, fresh: dict[str, str], session: dict[str, Any]) -> None:
    answer = ask(tectonic, "POST", "/api/auth/login", json=fresh)
    assert (answer.status_code, answer.json()["id"]) == (200, session["id"])


@pytest.mark.usefixtures("session")
def test_a_wrong_password_is_refused(tectonic: Any, ask: Any, fresh: dict[str, str]) -> None:
    answer = ask(tectonic, "POST", "/api/auth/login", json={**fresh, "password": "another password"})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Incorrect email or password"})


def test_an_account_can_be_removed(tectonic: Any, ask: Any, fresh: dict[str, str], session: dict[str, Any]) -> None:
    headers = _bearer(session["access_token"])
    assert ask(tectonic, "DELETE", "/api/auth/me", headers=headers).status_code == 204
    assert ask(tectonic, "POST", "/api/auth/login", json=fresh).status_code == 401


def test_passwords_are_stored_as_salted_hashes(tectonic: Any, ask: Any, fresh: dict[str, str]) -> None:
    fresh["password"] = uuid4().hex
    ask(tectonic, "POST", "/api/auth/register", json=fresh)
    stored = (tectonic.directory / "database" / "app.db").read_bytes()
    assert fresh["email"].encode() in stored
    assert fresh["password"].encode() not in stored


def test_the_frontend_may_call_login(tectonic: Any, ask: Any) -> None:
    asked = {"origin": tectonic.frontend_url, "access-control-request-method": "POST"}
    answer = ask(tectonic, "OPTIONS", "/api/auth/login", headers=asked)
    assert answer.headers["access-control-allow-origin"] == tectonic.frontend_url


def test_strangers_may_not_call_login(tectonic: Any, ask: Any) -> None:
    asked = {"origin": "https://stranger.invalid", "access-control-request-method": "POST"}
    answer = ask(tectonic, "OPTIONS", "/api/auth/login", headers=asked)
    assert "access-control-allow-origin" not in answer.headers


def test_the_interactive_documentation_is_closed(tectonic: Any, ask: Any) -> None:
    assert ask(tectonic, "GET", "/docs").status_code == 404
