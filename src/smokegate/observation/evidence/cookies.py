"""The cookies that an answer sets, and whether a browser keeps and sends them."""

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
"""Ends of names that no user types."""


class Cookie(Struct, frozen=True):
    """One cookie of an answer; one that it deletes has no value."""

    name: str
    value: str
    attributes: dict[str, str]
    """What else the answer says of it, by names in small letters."""

    @property
    def domain(self) -> str:
        """The domain that it is for; empty: the host that sets it."""
        return self.attributes.get("domain", "").lower().removeprefix(".")


class Browser(Struct, frozen=True):
    """The browser of a user: where it is, as the environment file has it."""

    hosts: frozenset[str]
    plain: bool = False
    """Whether users certainly come without TLS."""
    direct: bool = True
    """Whether they send requests to the backend's own address, as far as is known."""

    def is_elsewhere(self, domain: str) -> bool:
        """Return whether a domain, empty for the host's own, is none at which the user is."""
        return bool(domain) and not any(host == domain or host.endswith(f".{domain}") for host in self.hosts)

    def refusal(self, cookie: Cookie) -> str:
        """Return why a browser does not keep a cookie (RFC 6265bis, 5.7), empty where it does."""
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
        """Return whether a browser that kept a cookie sends it to an address, by its Path if it has one."""
        path = cookie.attributes.get("path", "/")
        if not self.direct or not path.startswith("/"):
            return True
        asked = urlsplit(url).path or "/"
        return asked == path or asked.startswith(path.rstrip("/") + "/")

    def sent(self, kept: dict[str, Cookie], url: str) -> str:
        """Return the header by which a browser sends its cookies to an address, empty where it sends none."""
        return "; ".join(f"{each.name}={each.value}" for each in kept.values() if self.is_sent(each, url))

    def keep(self, kept: dict[str, Cookie], headers: Headers) -> None:
        """Take into a client's cookies what a browser would take from an answer."""
        for each in set_cookies(headers):
            if each.value and not self.refusal(each):
                kept[each.name] = each
            elif not each.value:
                kept.pop(each.name, None)


def set_cookies(headers: Headers) -> Iterator[Cookie]:
    """Yield the cookies that an answer sets, in their order."""
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
    """Return the cookies that an answer gives and that may be the session's: those of its name, where it is known."""
    return [each for each in set_cookies(headers) if each.value and (name is None or is_named(each.name, name))]


def cookies_of(headers: Headers) -> dict[str, str]:
    """Return the values of the cookies that an answer sets, by name."""
    return {each.name: each.value for each in set_cookies(headers)}


def browser_of(environment: Environment) -> Browser:
    """Return where a user's browser is: at the backend's host, at its `host`, or at the frontend's.

    An http address is certainly that of users only where it is a frontend's, in public: a backend, or an address
    inside a network, may be looked at from behind what adds TLS.
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
    """Return whether a cookie is the wanted one, whatever prefix it has over https."""
    return wanted in {cookie, cookie.removeprefix(PREFIXES[0]).removeprefix(PREFIXES[1])}


def session_lost(exchange: Exchange, page_url: str, cookie: str | None) -> str:
    """Return why pages do not send the session cookie of an answer back to another site; empty where they do.

    Args:
        exchange: a call of the page's, answered.
        page_url: the page's address.
        cookie: the name of the session cookie, where it is known.
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
