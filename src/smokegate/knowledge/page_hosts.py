"""Reads `pages/hosts.toml`: which addresses in a page's scripts are not the application's own API."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from itertools import takewhile
from urllib.parse import urlsplit


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    text = files("smokegate.knowledge").joinpath("pages", "hosts.toml").read_text("utf-8")
    return {name: tuple(values) for name, values in tomllib.loads(text).items()}


def is_third_party(url: str) -> bool:
    """Return whether an address is a known service's, or one that libraries only mention."""
    host = (urlsplit(url).hostname or "").lower()
    return any(host == each or host.endswith(f".{each}") for each in _lists()["third_party"])


def is_developer_tool(url: str) -> bool:
    """Return whether an address is a library's default that no visitor's page calls; without a port it has no path."""
    parts = urlsplit(url)
    return parts.netloc.lower() in _lists()["developer_tools"] and (":" in parts.netloc or parts.path in {"", "/"})


def is_local(host: str | None) -> bool:
    """Return whether a name is that of the machine on which the page is opened."""
    return (host or "").lower() in _lists()["local"] or (host or "").endswith(".localhost")


def is_framework_path(path: str) -> bool:
    """Return whether a path on the pages' own host is the framework's rather than the API's."""
    return path.startswith(_lists()["framework_paths"])


def are_other_sites(one: str, other: str) -> bool:
    """Return whether two addresses are certainly of different sites, so that a browser keeps cookies apart.

    Local names and IP addresses are of no site that a browser's user would be at.
    """
    hosts = [(urlsplit(url).hostname or "").lower() for url in (one, other)]
    names = [host.split(".")[::-1] for host in hosts]
    if hosts[0] == hosts[1] or any(
        len(each) < 2 or is_local(host) or ":" in host or each[0].isdigit()
        for each, host in zip(names, hosts, strict=True)
    ):
        return False
    common = [a for a, b in takewhile(lambda pair: pair[0] == pair[1], zip(*names, strict=False))]
    return len(common) < 2 or ".".join(reversed(common)) in _lists()["shared"]
