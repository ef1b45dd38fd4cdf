"""The smoke tests that teams write: each test asks for what it needs."""

from __future__ import annotations

import os
import re
import uuid
from typing import Any

import pytest

BACKEND = os.environ["BENCH_BACKEND"]
FRONTEND = os.environ["BENCH_FRONTEND"]
TIMEOUT = float(os.environ["BENCH_TIMEOUT"])
SERVICE = "Tectonic Trading Platform API"
PASSWORD = "Correct-horse-7"  # noqa: S105 - of an account that the benchmark makes and leaves


@pytest.fixture(scope="module")
def account(http: Any) -> dict[str, Any]:
    """An account of our own."""
    body = {"email": f"bench+{uuid.uuid4().hex}@example.com", "password": PASSWORD, "full_name": "Benchmark"}
    answer = http.post(f"{BACKEND}/api/auth/register", json=body, timeout=TIMEOUT)
    assert answer.ok
    return {**answer.json(), **body}


@pytest.fixture(scope="module")
def login(http: Any, account: dict[str, Any]) -> dict[str, Any]:
    """What logging in to it again gives."""
    body = {"email": account["email"], "password": PASSWORD}
    answer = http.post(f"{BACKEND}/api/auth/login", json=body, timeout=TIMEOUT)
    assert answer.ok
    return answer.json()


def test_health_is_ok(http: Any) -> None:
    """The health check says healthy."""
    answer = http.get(f"{BACKEND}/health", timeout=TIMEOUT)
    assert answer.status_code == 200
    assert answer.json()["status"] == "healthy"


def test_a_server_is_behind_the_hostname(http: Any) -> None:
    """The platform's edge does not answer in the application's place."""
    assert "x-render-routing" not in http.get(f"{BACKEND}/health", timeout=TIMEOUT).headers


def test_it_is_the_right_service(http: Any) -> None:
    """The application is ours."""
    assert http.get(f"{BACKEND}/health", timeout=TIMEOUT).json()["service"] == SERVICE


def test_health_is_steady(http: Any) -> None:
    """The health check says so five times."""
    for _ in range(5):
        assert http.get(f"{BACKEND}/health", timeout=TIMEOUT).json()["status"] == "healthy"


def test_health_is_within_its_budget(http: Any) -> None:
    """The health check is quick."""
    assert http.get(f"{BACKEND}/health", timeout=TIMEOUT).elapsed.total_seconds() < 1


def test_commit_is_known(http: Any) -> None:
    """The answer tells which commit is deployed."""
    assert http.get(f"{BACKEND}/health", timeout=TIMEOUT).headers["x-tectonic-commit"]


def test_database_is_reached(http: Any) -> None:
    """The database's own check says healthy."""
    answer = http.get(f"{BACKEND}/health/db", timeout=TIMEOUT)
    assert answer.status_code == 200
    assert answer.json()["status"] == "healthy"


def test_quotes_come_from_finnhub(http: Any) -> None:
    """The market's data is there."""
    answer = http.get(f"{BACKEND}/api/market/quotes?symbols=AAPL", timeout=TIMEOUT)
    assert answer.status_code == 200
    assert answer.json()["source"] == "finnhub"


def test_documentation_is_closed(http: Any) -> None:
    """The API's documentation is for developers."""
    assert http.get(f"{BACKEND}/docs", timeout=TIMEOUT).status_code == 404


def test_frontend_is_served(http: Any) -> None:
    """The page is there."""
    answer = http.get(FRONTEND, timeout=TIMEOUT)
    assert answer.status_code == 200
    assert "html" in answer.headers["content-type"]
    assert "Tectonic" in answer.text


def test_scripts_call_the_backend(http: Any) -> None:
    """The API's address is built into the page's script."""
    script = re.search(r'src="(/assets/[^"]+\.js)"', http.get(FRONTEND, timeout=TIMEOUT).text)
    assert script
    assert BACKEND in http.get(FRONTEND + script[1], timeout=TIMEOUT).text


def test_backend_lets_the_frontend_call_it(http: Any) -> None:
    """The preflight of the login call is granted."""
    headers = {"Origin": FRONTEND, "Access-Control-Request-Method": "POST"}
    answer = http.options(f"{BACKEND}/api/auth/login", headers=headers, timeout=TIMEOUT)
    assert answer.ok
    assert answer.headers["access-control-allow-origin"] in {"*", FRONTEND}


def test_account_is_closed_without_a_token(http: Any) -> None:
    """No one sees an account without a token."""
    assert http.get(f"{BACKEND}/api/auth/me", timeout=TIMEOUT).status_code == 401


def test_registering_creates_an_account(http: Any, account: dict[str, Any]) -> None:
    """The token of a new account opens it."""
    assert _me(http, account["access_token"])["email"] == account["email"]


def test_login_after_logout_succeeds(login: dict[str, Any]) -> None:
    """Logging in again gives a token."""
    assert login["access_token"]


def test_new_token_opens_the_same_account(http: Any, account: dict[str, Any], login: dict[str, Any]) -> None:
    """The new token opens the account that was registered."""
    assert _me(http, login["access_token"])["id"] == account["id"]


def test_wrong_password_is_refused(http: Any, account: dict[str, Any]) -> None:
    """A wrong password opens nothing."""
    body = {"email": account["email"], "password": "Wrong-horse-8"}
    assert http.post(f"{BACKEND}/api/auth/login", json=body, timeout=TIMEOUT).status_code == 401


def _me(http: Any, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    answer = http.get(f"{BACKEND}/api/auth/me", headers=headers, timeout=TIMEOUT)
    assert answer.status_code == 200
    return answer.json()
