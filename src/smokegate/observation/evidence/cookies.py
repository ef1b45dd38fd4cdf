"""Cookies that an answer sets, and whether a browser stores and sends them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from smokegate.environment.model import Environment
from smokegate.observation.exchange import Exchange, Headers

GONE = re.compile(r"max-age\s*=\s*0\b|expires\s*=[^;]*\b1970\b", re.IGNORECASE)

PREFIXES = ("__Secure-", "__Host-")
INSIDE = (".localhost", ".local", ".internal", ".lan", ".svc")
"""Suffixes of internal host names."""


class Cookie(Struct, frozen=True):
    """One cookie of an answer; a deleted one has no value."""

    name: str
    value: str
    attributes: dict[str, str]
    """Its attributes, by lower-case name."""

    @property
    def domain(self) -> str:
        """Its domain; empty for the host that sets it."""
        return self.attributes.get("domain", "").lower().removeprefix(".")


class Browser(Struct, frozen=True):
    """A user's browser: its hosts, as the environment file declares them."""

    hosts: frozenset[str]
    plain: bool = False
    """Whether users certainly connect without TLS."""
    direct: bool = True
    """Whether they call the backend's own address, as far as is known."""

    def is_elsewhere(self, domain: str) -> bool:
        """Return whether a domain (empty for the host's own) matches none of the user's hosts."""
        return bool(domain) and not any(host == domain or host.endswith(f".{domain}") for host in self.hosts)

    def refusal(self, cookie: Cookie) -> str:
        """Return why a browser rejects a cookie (RFC 6265bis, 5.7), empty if it does not."""
        has, name, domain = cookie.attributes, cookie.name, cookie.domain
        if self.is_elsewhere(domain):
            return f"is for the domain '{domain}'"
        if "secure" in has:
            bare = "is Secure, and users come by http" if self.plain else ""
        elif has.get("samesite", "").lower() == "none":
            bare = "has SameSite=None without Secure"
        else:
            bare = "has a name that asks for Secure, and lacks it" if name.startswith(PREFIXES) else ""
        if not bare and name.startswith("__Host-") and (domain or has.get("path") != "/"):
            return "has a name that asks for Path=/ and no Domain"
        return bare

    def is_sent(self, cookie: Cookie, url: str) -> bool:
        """Return whether a browser sends a stored cookie to an address, by its Path."""
        path = cookie.attributes.get("path", "/")
        if not self.direct or not path.startswith("/"):
            return True
        asked = urlsplit(url).path or "/"
        return asked == path or asked.startswith(path.rstrip("/") + "/")

    def sent(self, kept: dict[str, Cookie], url: str) -> str:
        """Return the `Cookie` header that a browser sends to an address, empty for none."""
        return "; ".join(f"{each.name}={each.value}" for each in kept.values() if self.is_sent(each, url))

    def keep(self, kept: dict[str, Cookie], headers: Headers) -> None:
        """Update a client's cookies as a browser would."""
        for each in set_cookies(headers):
            if each.value and not self.refusal(each):
                kept[each.name] = each
            elif not each.value:
                kept.pop(each.name, None)


def set_cookies(headers: Headers) -> Iterator[Cookie]:
    """Yield the cookies that an answer sets, in order."""
    for field, value in headers.fields:
        if field.lower() == "set-cookie":
            pair, _, rest = value.partition(";")
            name, _, content = pair.partition("=")
            attributes = {
                key.strip().lower(): said.strip() for key, _, said in (a.partition("=") for a in rest.split(";"))
            }
            said = "" if GONE.search(rest) else content.strip().strip('"')
            yield Cookie(name.strip(), said, attributes)


def session_cookies(headers: Headers, name: str | None) -> list[Cookie]:
    """Return the cookies that may be the session's: those of its name, if that is known."""
    return [each for each in set_cookies(headers) if each.value and (name is None or is_named(each.name, name))]


def cookies_of(headers: Headers) -> dict[str, str]:
    """Return the values of the cookies that an answer sets, by name."""
    return {each.name: each.value for each in set_cookies(headers)}


def browser_of(environment: Environment) -> Browser:
    """Return the hosts of a user's browser: those of the backend and the frontend, and their `host` settings.

    Users certainly connect by http only to a frontend on a public address: a backend, or an internal address, may
    be checked from behind the proxy that terminates TLS.
    """
    backend, frontend = environment.backend, environment.frontend
    sides = [(backend.url, backend.host)] + ([(frontend.url, frontend.host)] if frontend is not None else [])
    named = (address for url, host in sides for address in (url, f"//{host}" if host else ""))
    found = (urlsplit(address).hostname for address in named)
    plain = frontend is not None and all(_is_plain(urlsplit(url)) and not host for url, host in sides)
    direct = not backend.host and (frontend is None or urlsplit(frontend.url)[:2] == urlsplit(backend.url)[:2])
    return Browser(frozenset(each.lower() for each in found if each), plain, direct)


def _is_plain(address: SplitResult) -> bool:
    host = address.hostname or ""
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and not host.endswith(INSIDE)
    return address.scheme == "http" and public


def is_named(cookie: str, wanted: str) -> bool:
    """Return whether a cookie has this name, with or without a `__Secure-` or `__Host-` prefix."""
    return wanted in {cookie, cookie.removeprefix(PREFIXES[0]).removeprefix(PREFIXES[1])}


def session_lost(exchange: Exchange, page_url: str, cookie: str | None) -> str:
    """Return why a cross-site page's calls lack this answer's session cookie; empty if they do not.

    Args:
        exchange: a call of the page's with its answer.
        page_url: the page's address.
        cookie: the session cookie's name, if known.
    """
    from smokegate.knowledge.page_hosts import are_other_sites  # noqa: PLC0415 -- where it is used

    answer = exchange.answer
    if answer is None or answer.status >= 400 or not are_other_sites(page_url, exchange.request.url):
        return ""
    given = session_cookies(answer.headers, cookie)
    if not given or any(each.attributes.get("samesite", "").lower() == "none" for each in given):
        return ""
    said = given[0].attributes.get("samesite", "")
    return f"its cookie '{given[0].name}' is SameSite={said or 'Lax, since it names none'}"
