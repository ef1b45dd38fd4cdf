"""The kinds of value: what is taken, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from smokegate.environment.addresses import host_and_port, origin
from smokegate.environment.errors import InvalidValueError
from smokegate.environment.fields import seconds, spelt
from smokegate.environment.model import Account, Backend, Endpoint, Environment


@pytest.mark.parametrize(
    ("text", "value"), [("500ms", 0.5), ("2s", 2.0), ("1.5 s", 1.5), ("10m", 600.0), ("1h", 3600.0)]
)
def test_a_duration_is_in_seconds(text: str, value: float) -> None:
    """Whatever its unit."""
    assert seconds(text) == value


@given(some.integers(1, 10_000_000).map(lambda each: each / 1000))
def test_a_duration_is_spelt_as_it_is_read(value: float) -> None:
    """To the millisecond."""
    assert seconds(spelt(value)) == pytest.approx(value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
        "https://bücher.example",
        "https://app.example.com./base",
        "http://my_service",
        "HTTPS://App.Example.com",
    ],
)
def test_an_address_may_be_any_http_origin(url: str) -> None:
    """It stays as it is written."""
    assert origin(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://" + "a" * 64 + ".example",
        "https://" + "a." * 127 + "example",
        "https://-a.example",
        "https://*.example.com",
        "https://é" + "a" * 70 + ".example",
        "https://app.example.com:0",
        "https://app.example.com/\x7f",
        "https://app.example.com/\u202e",
        "https://[zz]",
        "https:app.example.com",
    ],
)
def test_an_address_that_no_resolver_takes_is_refused(url: str) -> None:
    """Before the first request, not as a failure of the deployment."""
    with pytest.raises(InvalidValueError, match="expected an address"):
        origin(url)


@pytest.mark.parametrize("text", ["1.1.1.1:443", "[::1]:443", "api.github.com:65535"])
def test_a_control_is_a_host_and_a_port(text: str) -> None:
    """Names and both kinds of address."""
    assert host_and_port(text) == text


@pytest.mark.parametrize("text", ["1.1.1.1", "a:0", "a:65536", "::1:443", "a b:1", ":1"])
def test_a_control_without_host_or_port_is_refused(text: str) -> None:
    """Half of it cannot be connected to."""
    with pytest.raises(InvalidValueError, match="expected a host and port"):
        host_and_port(text)


def test_a_model_is_built_by_hand_from_plain_values() -> None:
    """Only a file must name variables and units."""
    backend = Backend(url="https://app.example.com", wait=5.0, endpoints=(Endpoint(path="/a"),))
    account = Account(email="a@example.com", password="hunter2")
    found = Environment(name="app", title="App", backend=backend)
    assert (found.backend.wait, account.password) == (5.0, "hunter2")


def test_a_loaded_environment_cannot_be_changed(loaded: Callable[..., Environment]) -> None:
    """Every later stage may rely on it."""
    found = loaded('title = "App"\nbackend.url = "https://app.example.com"')
    with pytest.raises(AttributeError, match="immutable"):
        found.title = "Other"  # type: ignore[misc]


def test_header_names_and_values_are_sent_as_written(loaded: Callable[..., Environment]) -> None:
    """A literal is not a secret where its name is not a credential's."""
    start = 'title = "App"\nbackend.url = "https://app.example.com"\n'
    found = loaded(start + 'backend.endpoints = [{ path = "/a", send = { Accept = "text/html" } }]')
    assert (found.backend.endpoints[0].send, found.secrets) == ({"Accept": "text/html"}, frozenset())
