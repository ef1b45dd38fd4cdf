"""The cookies that an answer sets, and whether a browser keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from msgspec import Struct

from smokegate.environment.model import Environment
from smokegate.observation.exchange import Headers

GONE = re.compile(r"max-age\s*=\s*0\b|expires\s*=[^;]*\b1970\b", re.IGNORECASE)
DOMAIN = re.compile(r"(?:^|;)\s*domain\s*=\s*\.?([^;\s]+)", re.IGNORECASE)


class Cookie(Struct, frozen=True):
    """One cookie of an answer; one that it deletes has no value."""

    name: str
    value: str
    domain: str
    """The domain that it is for; empty: the host that sets it."""

    def is_kept_by(self, hosts: frozenset[str]) -> bool:
        """Return whether a browser that is at one of these hosts keeps it (RFC 6265, 5.1.3 and 5.3)."""
        return not self.domain or any(host == self.domain or host.endswith(f".{self.domain}") for host in hosts)


def set_cookies(headers: Headers) -> Iterator[Cookie]:
    """Yield the cookies that an answer sets, in their order."""
    for field, value in headers.fields:
        if field.lower() == "set-cookie":
            pair, _, attributes = value.partition(";")
            name, _, content = pair.partition("=")
            domain = DOMAIN.search(attributes)
            said = "" if GONE.search(attributes) else content.strip().strip('"')
            yield Cookie(name.strip(), said, domain[1].lower() if domain else "")


def cookies_of(headers: Headers) -> dict[str, str]:
    """Return the values of the cookies that an answer sets, by name."""
    return {each.name: each.value for each in set_cookies(headers)}


def keep(cookies: dict[str, str], headers: Headers, hosts: frozenset[str]) -> None:
    """Take into a client's cookies what a browser at these hosts would take from an answer."""
    for each in set_cookies(headers):
        if each.value and each.is_kept_by(hosts):
            cookies[each.name] = each.value
        elif not each.value:
            cookies.pop(each.name, None)


def client_hosts(environment: Environment) -> frozenset[str]:
    """Return the hosts at which a user's browser is, as the file has them: the backend's, and the frontend's."""
    sides = [(environment.backend.url, environment.backend.host)]
    if environment.frontend is not None:
        sides.append((environment.frontend.url, environment.frontend.host))
    named = (address for url, host in sides for address in (url, f"//{host}" if host else ""))
    found = (urlsplit(address).hostname for address in named)
    return frozenset(each.lower() for each in found if each)


def is_named(cookie: str, wanted: str) -> bool:
    """Return whether a cookie is the wanted one, whatever prefix it has over https."""
    return cookie.removeprefix("__Secure-").removeprefix("__Host-") == wanted
