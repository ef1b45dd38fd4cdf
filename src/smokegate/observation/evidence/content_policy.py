"""Which calls a page's Content-Security-Policy lets through: https://www.w3.org/TR/CSP3/#match-url-to-source-expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import SplitResult

from smokegate.observation.evidence.addresses import place_of, split_address
from smokegate.observation.evidence.elements import policies_in
from smokegate.observation.model import DYNAMIC

if TYPE_CHECKING:
    from smokegate.observation.exchange import Answer

NAME = "content-security-policy"
GOVERNS = ("connect-src", "default-src")
"""The directives that decide about calls; the second where the first is not there."""
SOURCE = re.compile(
    r"(?:([a-z][a-z0-9+.-]*)://)?(\*|(?:\*\.)?[^\s/:*]+|\[[0-9a-f:]+\])(?::(\d+|\*))?(/.*)?", re.IGNORECASE
)
UPGRADED = {"http": "https"}


def upgrades(page: Answer) -> bool:
    """Return whether browsers send the page's calls over https although their addresses begin with http."""
    return any("upgrade-insecure-requests" in each for each in _policies(page))


def refused_by(page: Answer, url: str, home_url: str) -> str:
    """Return the directive of the page's policies by which browsers do not send a call; empty where they do."""
    called, home = split_address(url.partition(DYNAMIC)[0]), split_address(page.url or home_url)
    if not called.hostname or not home.hostname:
        return ""
    whole = DYNAMIC not in url
    for policy in _policies(page):
        name = next((each for each in GOVERNS if each in policy), "")
        if name and not any(_matches(each, called, home, whole=whole) for each in policy[name]):
            return " ".join((name, *policy[name]))
    return ""


def _policies(page: Answer) -> Iterator[dict[str, list[str]]]:
    """Yield the policies in force, each as its directives; of a directive that is there twice the first counts."""
    for text in (*page.headers.get(NAME, "").split(","), *policies_in(page.body.start)):
        found: dict[str, list[str]] = {}
        for directive in text.split(";"):
            words = directive.split()
            if words:
                found.setdefault(words[0].lower(), words[1:])
        if found:
            yield found


def _matches(source: str, called: SplitResult, home: SplitResult, *, whole: bool) -> bool:
    """Return whether a source of a directive is the place that is called; what is not understood is."""
    if source.startswith("'"):
        same = (called.hostname, place_of(called)[2]) == (home.hostname, place_of(home)[2])
        upgraded = called.hostname == home.hostname and called.scheme == "https" and not called.port
        return source.lower() == "'self'" and (same or upgraded)
    if source == "*" or re.fullmatch(r"[a-z][a-z0-9+.-]*:", source, re.IGNORECASE):
        return source == "*" or _scheme(source[:-1], called)
    found = SOURCE.fullmatch(source)
    if found is None:
        return True
    scheme, host, port, path = found.groups()
    own = (called.hostname or "").lower()
    at_host = own.endswith(host[1:].lower()) if host.startswith("*") else own == host.strip("[]").lower()
    return (
        _scheme(scheme or home.scheme, called) and at_host and _port(port, called) and _path(path, called, whole=whole)
    )


def _scheme(allowed: str, called: SplitResult) -> bool:
    plain = {"ws": "http", "wss": "https"}.get(allowed.lower(), allowed.lower())
    return called.scheme in {plain, UPGRADED.get(plain)}


def _port(allowed: str | None, called: SplitResult) -> bool:
    default = not called.port or called.port == {"http": 80, "https": 443}.get(called.scheme)
    return allowed == "*" or (default if allowed in {None, "80", "443"} else str(called.port) == allowed)


def _path(allowed: str | None, called: SplitResult, *, whole: bool) -> bool:
    """A path that ends in a slash allows what is below it, another itself alone, as far as the call's is known."""
    if not allowed or allowed == "/" or not whole:
        return True
    return called.path.startswith(allowed) if allowed.endswith("/") else called.path == allowed
