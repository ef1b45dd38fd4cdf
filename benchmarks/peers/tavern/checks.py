"""What Tavern's YAML cannot say."""

from __future__ import annotations

import os
import re
import uuid

import requests


def new_account() -> dict[str, str]:
    """Return what registering an account of our own takes."""
    email = f"bench+{uuid.uuid4().hex}@example.com"
    return {"email": email, "password": "Correct-horse-7", "full_name": "Benchmark"}


def no_edge(response: requests.Response) -> None:
    """The platform's edge does not answer in the application's place."""
    assert "x-render-routing" not in response.headers


def within_budget(response: requests.Response) -> None:
    """The answer is quick."""
    assert response.elapsed.total_seconds() < 1


def is_the_page(response: requests.Response) -> None:
    """The page is the application's."""
    assert "html" in response.headers["content-type"]
    assert "Tectonic" in response.text


def script(response: requests.Response) -> dict[str, str]:
    """Save the path of the page's script."""
    found = re.search(r'src="(/assets/[^"]+\.js)"', response.text)
    assert found
    return {"script": found[1]}


def calls_the_backend(response: requests.Response) -> None:
    """The API's address is built into the script."""
    assert os.environ["BENCH_BACKEND"] in response.text


def allows_the_page(response: requests.Response) -> None:
    """The page's origin may call."""
    assert response.headers["access-control-allow-origin"] in {"*", os.environ["BENCH_FRONTEND"]}


def is_account(response: requests.Response, account: str) -> None:
    """The answer shows the account that was registered."""
    assert str(response.json()["id"]) == account
