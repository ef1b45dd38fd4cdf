"""Each fault of the sign-in journey and of the frontend shows where a person would meet it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from smokegate.replica import FAULTS, Replica

# The statuses of: register, the account view with its token, the view without one, login, the view with
# login's token, a login with a wrong password. None where there was no token to ask with.
JOURNEYS: dict[str | None, tuple[int | None, ...]] = {
    None: (200, 200, 401, 200, 200, 401),
    "registration-pretended": (200, None, 401, 401, None, 401),
    "registration-without-token": (200, None, 401, 401, None, 401),
    "registration-not-kept": (200, 401, 401, 401, None, 401),
    "login-missing": (200, 200, 401, 404, None, 404),
    "login-takes-no-post": (200, 200, 401, 405, None, 405),
    "account-lost": (200, 200, 401, 401, None, 401),
    "databases-of-their-own": (200, 200, 401, 401, None, 401),
    "signing-key-not-shared": (200, 200, 401, 200, 401, 401),
    "session-survives": (200, 200, 200, 200, 200, 401),
    "any-password": (200, 200, 401, 200, 200, 200),
    "login-throttled": (200, 200, 401, 429, None, 429),
    "registration-throttled": (429, None, 401, 401, None, 401),
    "registration-fails": (500, None, 401, 401, None, 401),
    "registration-closed": (403, None, 401, 401, None, 401),
    "registration-missing": (404, None, 401, 401, None, 401),
    "registration-refused-with-echo": (422, None, 401, 401, None, 401),
    "password-echoed": (200, 200, 401, 200, 200, 401),
    "login-opens-another-account": (200, 200, 401, 200, 200, 401),
    "tokens-expired-on-arrival": (200, 401, 401, 200, 401, 401),
    "relogin-refused": (200, 200, 401, 200, 200, 401),
    "registration-unconfirmed": (201, None, 401, 403, None, 403),
    "login-takes-a-form": (200, 200, 401, 422, None, 422),
    "login-wants-csrf": (200, 200, 401, 403, None, 403),
    "login-without-token": (200, 200, 401, 200, None, 401),
}
# where the bundle calls, in terms of the replica
CALLS = {
    None: "{backend}/api",
    "calls-localhost": "http://localhost:8000/api",
    "calls-itself": "/api",
    "calls-itself-by-name": "{frontend}/api",
    "calls-itself-and-is-refused": "/api",
    "calls-plain-http": "{plain_backend}/api",
    "calls-another-backend": "https://{kind}-staging.invalid/api",
}


def _token(answer: Any) -> str | None:
    try:
        body = answer.json()
    except json.JSONDecodeError:
        return None
    return body.get("access_token") if isinstance(body, dict) else None


@pytest.mark.parametrize("name", JOURNEYS)
def test_the_journey_breaks_where_it_should(serve: Any, ask: Any, person: dict[str, str], name: str | None) -> None:
    replica = serve("tectonic", name)

    def view(token: str | None) -> int | None:
        if token is None:
            return None
        return int(ask(replica, "GET", "/api/auth/me", headers={"authorization": f"Bearer {token}"}).status_code)

    registered = ask(replica, "POST", "/api/auth/register", json=person)
    seen = (registered.status_code, view(_token(registered)), ask(replica, "GET", "/api/auth/me").status_code)
    login = ask(replica, "POST", "/api/auth/login", json=person)
    wrong = ask(replica, "POST", "/api/auth/login", json={**person, "password": "not the password"})
    assert (*seen, login.status_code, view(_token(login)), wrong.status_code) == JOURNEYS[name]


def test_every_fault_of_sign_in_has_its_journey() -> None:
    of_sign_in = {name for name, fault in FAULTS["tectonic"].items() if fault.place == "sign_in"}
    assert of_sign_in == set(JOURNEYS) - {None}


@pytest.mark.parametrize("name", ["registration-refused-with-echo", "password-echoed"])
def test_the_password_comes_back(serve: Any, ask: Any, person: dict[str, str], name: str) -> None:
    replica = serve("tectonic", name)
    answers = [ask(replica, "POST", f"/api/auth/{step}", json=person).text for step in ("register", "login")]
    assert person["password"] in "".join(answers)


def test_the_token_opens_someone_elses_account(serve: Any, ask: Any, person: dict[str, str]) -> None:
    replica = serve("tectonic", "login-opens-another-account")
    session = ask(replica, "POST", "/api/auth/register", json=person).json()
    headers = {"authorization": f"Bearer {session['access_token']}"}
    assert ask(replica, "GET", "/api/auth/me", headers=headers).json()["id"] != session["id"]


def _bundle(ask: Any, replica: Replica) -> str:
    page = ask(replica, "GET", "/", frontend=True).text
    script = re.search(r'src="(/assets/index-[0-9a-f]{8}\.js)"', page)
    assert script
    return str(ask(replica, "GET", script[1], frontend=True).text)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind, of_kind in FAULTS.items() for name in CALLS if name is None or name in of_kind],
)
def test_the_bundle_calls_the_address_it_was_built_with(serve: Any, ask: Any, kind: str, name: str | None) -> None:
    replica = serve(kind, name)
    called = re.search(r'baseURL:"([^"]*)"', _bundle(ask, replica))
    assert called
    assert called[1] == CALLS[name].format(
        backend=replica.backend_url,
        frontend=replica.frontend_url,
        plain_backend=replica.backend_url.replace("https://", "http://"),
        kind=kind,
    )


def test_every_bundle_mentions_localhost(tectonic: Any, ask: Any) -> None:
    assert '"http://localhost"' in _bundle(ask, tectonic)


def test_a_page_that_calls_plain_http_is_itself_secure(serve: Any) -> None:
    assert serve("tectonic", "calls-plain-http").frontend_url.startswith("https://")


def test_a_static_host_may_refuse_a_registration(serve: Any, ask: Any) -> None:
    replica = serve("tectonic", "calls-itself-and-is-refused")
    assert ask(replica, "POST", "/api/auth/register", frontend=True, json={}).status_code == 405


@pytest.mark.parametrize("name", ["cors-refused", "cors-missing"])
def test_the_frontend_may_not_call_the_backend(serve: Any, ask: Any, name: str) -> None:
    replica = serve("tectonic", name)
    asked = {"origin": replica.frontend_url, "access-control-request-method": "POST"}
    answer = ask(replica, "OPTIONS", "/api/auth/login", headers=asked)
    assert answer.status_code in {400, 405}
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(("name", "path"), [("spa-answers-api", "/api/x"), ("spa-answers-everything", "/health")])
def test_a_page_answers_for_the_api(serve: Any, ask: Any, name: str, path: str) -> None:
    answer = ask(serve("tectonic", name), "GET", path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("kind", "name", "status", "body"),
    [
        ("tectonic", "frontend-down", 502, "Bad Gateway"),
        ("tectonic", "frontend-empty", 200, None),
        ("trading", "dashboard-down", 502, "Bad Gateway"),
    ],
)
def test_the_frontend_is_down_and_the_backend_is_not(  # noqa: PLR0913, PLR0917 -- a table's columns
    serve: Any, ask: Any, kind: str, name: str, status: int, body: str | None
) -> None:
    replica = serve(kind, name)
    answer = ask(replica, "GET", "/", frontend=True)
    assert answer.status_code == status
    assert body in answer.text if body else answer.text == ""
    assert ask(replica, "GET", "/health").status_code == 200


def test_no_one_listens_where_the_frontend_should_be(serve: Any, ask: Any) -> None:
    import requests  # noqa: PLC0415 -- only for its error

    replica = serve("tectonic", "frontend-refused")
    with pytest.raises(requests.ConnectionError):
        ask(replica, "GET", "/", frontend=True)
    assert ask(replica, "GET", "/health").status_code == 200
