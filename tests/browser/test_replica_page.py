"""The page of the Tectonic replica treats people as the real one does, its mistakes included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest

from smokegate.replica import Replica, start

_PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def tectonic() -> Iterator[Replica]:
    """A healthy Tectonic deployment, shared: tests leave it as they found it."""
    with start("tectonic") as replica:
        yield replica


@pytest.fixture
def serve() -> Iterator[Any]:
    """Start a replica that is stopped with the test."""
    with ExitStack() as running:
        yield lambda *arguments: running.enter_context(start(*arguments))


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page with nothing in its storage, whose waits end after a minute."""
    context = chromium.new_context(ignore_https_errors=True)
    context.set_default_timeout(_PATIENCE_MS)
    yield context.new_page()
    context.close()


def _register(page: Any, replica: Replica) -> dict[str, str]:
    person = {"email": f"{uuid4().hex}@example.com", "password": "a long password", "full_name": "A Person"}
    page.goto(f"{replica.frontend_url}/register")
    _submit(page, person, "Create account")
    return person


def _submit(page: Any, values: dict[str, str], button: str) -> None:
    for name, value in values.items():
        page.fill(f"input[name={name}]", value)
    page.click(f"button:has-text('{button}')")


def test_a_person_registers_logs_out_and_logs_in_again(page: Any, tectonic: Replica) -> None:
    person = _register(page, tectonic)
    page.wait_for_selector("text=Welcome, A Person")
    page.click("button:has-text('Log out')")
    page.wait_for_selector("h1:has-text('Login')")
    _submit(page, {"email": person["email"], "password": person["password"]}, "Sign in")
    page.wait_for_selector("text=Welcome, A Person")


def test_a_page_for_an_answer_counts_as_signed_in_until_the_dashboard_breaks(page: Any, serve: Any) -> None:
    _register(page, serve("tectonic", "calls-itself"))
    page.wait_for_selector("h1:has-text('Dashboard')")
    assert page.evaluate("localStorage.getItem('access_token')") == "undefined"
    page.reload()
    page.wait_for_selector("text=Welcome, undefined")


@pytest.mark.parametrize("fault", ["no-server", "refused", "cors-refused", "calls-plain-http"])
def test_without_a_backend_the_page_says_so_and_shows_no_dashboard(page: Any, serve: Any, fault: str) -> None:
    _register(page, serve("tectonic", fault))
    page.wait_for_selector("[role=alert]:has-text('Registration failed. Please try again.')")
    assert page.evaluate("localStorage.getItem('access_token')") is None


def test_a_wrong_password_shows_no_error(page: Any, tectonic: Replica) -> None:
    page.goto(f"{tectonic.frontend_url}/login")
    with page.expect_navigation():
        _submit(page, {"email": "no-one@example.com", "password": "a wrong password"}, "Sign in")
    page.wait_for_selector("h1:has-text('Login')")
    assert not page.is_visible("[role=alert]")


def test_a_dashboard_without_market_data_is_noisy_and_works(page: Any, serve: Any) -> None:
    with page.expect_console_message(lambda message: "503" in message.text):
        _register(page, serve("tectonic", "key-missing"))
    page.wait_for_selector("text=Welcome, A Person")


def test_the_forms_labels_belong_to_nothing(page: Any, tectonic: Replica) -> None:
    page.goto(f"{tectonic.frontend_url}/login")
    page.wait_for_selector("label")
    assert page.eval_on_selector_all("label", "labels => labels.map(label => label.control)") == [None, None]


@pytest.mark.parametrize(
    ("fault", "health"),
    [(None, "HEALTHY"), ("degraded", "DEGRADED"), ("monitoring-error", "ERROR"), ("backend-down", "ERROR")],
)
def test_the_dashboard_shows_the_backends_health(page: Any, serve: Any, fault: str | None, health: str) -> None:
    page.goto(serve("trading", fault).frontend_url)
    page.wait_for_selector(f"#health:has-text('{health}')")
