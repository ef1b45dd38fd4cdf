"""Reads `pages/hosts.toml`: addresses in a page's scripts that are not the application's API."""

from __future__ import annotations

from functools import cache
from itertools import takewhile
from urllib.parse import urlsplit

from smokegate.knowledge import table


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in table("pages", "hosts.toml").items()}


def is_third_party(url: str) -> bool:
    """Return whether an address is a known third party's, or only mentioned by libraries."""
    host = (urlsplit(url).hostname or "").lower()
    return any(host == each or host.endswith(f".{each}") for each in _lists()["third_party"])


def is_developer_tool(url: str) -> bool:
    """Return whether an address is a developer tool's default; without a port it must have no path."""
    parts = urlsplit(url)
    return parts.netloc.lower() in _lists()["developer_tools"] and (":" in parts.netloc or parts.path in {"", "/"})


def is_local(host: str | None) -> bool:
    """Return whether a host name is that of the local machine."""
    return (host or "").lower() in _lists()["local"] or (host or "").endswith(".localhost")


def is_framework_path(path: str) -> bool:
    """Return whether a path on the page's own host is the framework's rather than the API's."""
    return path.startswith(_lists()["framework_paths"])


def are_other_sites(one: str, other: str) -> bool:
    """Return whether two addresses are certainly cross-site, so that browsers restrict cookies.

    Local names and IP addresses never are.
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
