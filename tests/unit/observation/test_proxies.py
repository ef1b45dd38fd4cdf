"""Which proxy requests go through, by the machine's settings."""

from __future__ import annotations

import pytest
from urllib3.util import parse_url

from smokegate.observation.transport.http import proxy_for

PROXY = "http://proxy.invalid:3128"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for scheme in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme.upper()}_PROXY", raising=False)


@pytest.mark.parametrize(
    ("name", "value", "url", "expected"),
    [
        ("https_proxy", PROXY, "https://app.invalid/", PROXY),
        ("HTTPS_PROXY", PROXY, "https://app.invalid/", PROXY),
        ("https_proxy", PROXY, "http://app.invalid/", None),
        ("all_proxy", PROXY, "http://app.invalid/", PROXY),
        ("ALL_PROXY", "socks5h://proxy.invalid:1080", "https://app.invalid/", "socks5h://proxy.invalid:1080"),
        ("https_proxy", "proxy:3128", "https://app.invalid/", "http://proxy:3128"),
        ("https_proxy", "name:secret@proxy:3128", "https://app.invalid/", "http://name:secret@proxy:3128"),
        ("https_proxy", "", "https://app.invalid/", None),
        ("all_proxy", PROXY, "http://localhost:8000/", None),
        ("all_proxy", PROXY, "http://app.localhost/", None),
        ("all_proxy", PROXY, "http://127.8.0.1/", None),
        ("all_proxy", PROXY, "http://[::1]:8000/", None),
    ],
)
def test_the_variable_of_the_scheme_names_the_proxy(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, url: str, expected: str | None
) -> None:
    monkeypatch.setenv(name, value)
    assert proxy_for(parse_url(url)) == expected


@pytest.mark.parametrize(
    ("excluded", "url", "straight"),
    [
        ("app.invalid", "http://app.invalid/", True),
        ("app.invalid", "http://other.invalid/", False),
        (".invalid", "http://app.invalid/", True),
        ("invalid", "http://app.invalid/", True),
        ("pp.invalid", "http://app.invalid/", False),
        ("app.invalid:8080", "http://app.invalid:8080/", True),
        ("app.invalid:8080", "http://app.invalid:9090/", False),
        ("*", "http://app.invalid/", True),
        ("10.0.0.0/8, x.invalid", "http://10.1.2.3/", True),
        ("10.0.0.0/8", "http://11.1.2.3/", False),
        ("10.0.0.0/8", "http://app.invalid/", False),
        ("not/a/network", "http://10.1.2.3/", False),
        ("fd00::/8", "http://[fd00::1]/", True),
    ],
)
def test_what_no_proxy_names_is_requested_straight(
    monkeypatch: pytest.MonkeyPatch,
    excluded: str,
    url: str,
    straight: bool,  # noqa: FBT001 -- a table
) -> None:
    monkeypatch.setenv("http_proxy", PROXY)
    monkeypatch.setenv("no_proxy", excluded)
    assert (proxy_for(parse_url(url)) is None) is straight
