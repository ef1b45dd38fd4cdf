"""Which calls a page's Content-Security-Policy allows: https://www.w3.org/TR/CSP3/#match-url-to-source-expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult

from smokegate.observation.evidence.addresses import origin_of, split_address
from smokegate.observation.evidence.html import policies_in
from smokegate.observation.exchange import Answer
from smokegate.observation.model import DYNAMIC

NAME = "content-security-policy"
GOVERNS = ("connect-src", "default-src")
"""The directives for calls; the second is the fallback."""
SOURCE = re.compile(
    r"(?:([a-z][a-z0-9+.-]*)://)?(\*|(?:\*\.)?[^\s/:*]+|\[[0-9a-f:]+\])(?::(\d+|\*))?(/.*)?", re.IGNORECASE
)
UPGRADED = {"http": "https"}


def upgrades(page: Answer) -> bool:
    """Return whether browsers upgrade the page's http calls to https."""
    return any("upgrade-insecure-requests" in each for each in _policies(page))


def refused_by(page: Answer, url: str, home_url: str) -> str:
    """Return the directive of the page's policies that blocks a call; empty for none."""
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
    """Yield the effective policies as directives; of a repeated directive, the first counts."""
    for text in (*page.headers.get(NAME, "").split(","), *policies_in(page.body.start)):
        found: dict[str, list[str]] = {}
        for directive in text.split(";"):
            words = directive.split()
            if words:
                found.setdefault(words[0].lower(), words[1:])
        if found:
            yield found


def _matches(source: str, called: SplitResult, home: SplitResult, *, whole: bool) -> bool:
    """Return whether a source expression matches the called URL; one that cannot be parsed does."""
    if source.startswith("'"):
        same = (called.hostname, origin_of(called)[2]) == (home.hostname, origin_of(home)[2])
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
    """A path with a trailing slash matches by prefix, any other exactly, if the called path is known."""
    if not allowed or allowed == "/" or not whole:
        return True
    return called.path.startswith(allowed) if allowed.endswith("/") else called.path == allowed
