"""Follows redirects within an origin, from http to https of a host, and between `www.` and the bare domain.

Any other redirect is the response itself.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urljoin, urlsplit

from msgspec.structs import replace

from smokegate.observation.evidence.cookies import set_cookies
from smokegate.observation.exchange import REDIRECTS
from smokegate.observation.plan.step import RawResponse, RequestToSend, same_origin
from smokegate.observation.transport.connect import Route
from smokegate.observation.transport.limits import BadRedirectError

#: Headers that may be sent to another origin.
HARMLESS = frozenset({"accept", "accept-encoding", "user-agent", "accept-language"})


def next_request(request: RequestToSend, raw: RawResponse) -> RequestToSend | None:
    """Return the request that follows a redirect; None if there is none to follow.

    Redirects to another host are followed only if the environment file allows it, from https to http never. Bodies,
    credentials and the headers of the environment file are never sent to another origin. Raises BadRedirectError.
    """
    location = raw.headers.get("location")
    if raw.status not in REDIRECTS or not location or not request.follow:
        return None
    target = _at_original_host(request, _target(request.url, location))
    method = request.method
    if raw.status == 303 or (raw.status in {301, 302} and method == "POST"):
        method = "HEAD" if method == "HEAD" else "GET"
    body = request.body if method == request.method else None
    headers = tuple(pair for pair in request.headers if body is not None or pair[0].lower() != "content-type")
    route = request.route
    if same_origin(request.url, target):
        headers = _with_cookies(headers, raw)
    else:
        if not _may_change_origin(request, target) or body is not None or method not in {"GET", "HEAD", "OPTIONS"}:
            return None
        headers = tuple(pair for pair in headers if pair[0].lower() in HARMLESS)
        # `connect_to` belongs to the host; a client certificate, like all credentials, to the origin.
        route = Route(route.ca_file, None, route.connect_to if same_host(request.url, target) else None)
    if request.on_redirect is not None:
        request.on_redirect(raw)
    return replace(request, method=method, url=target, headers=headers, body=body, anonymous=False, route=route)


def _with_cookies(headers: tuple[tuple[str, str], ...], raw: RawResponse) -> tuple[tuple[str, str], ...]:
    """Add the cookies that a redirect sets, as a browser does: some sites redirect until a client keeps them."""
    given = {each.name: each.value for each in set_cookies(raw.headers)}
    if not given:
        return headers
    sent = [pair for name, value in headers if name.lower() == "cookie" for pair in value.split("; ")]
    kept = [pair for pair in sent if pair.partition("=")[0] not in given]
    cookies = "; ".join([*kept, *(f"{name}={value}" for name, value in given.items() if value)])
    others = tuple(pair for pair in headers if pair[0].lower() != "cookie")
    return (*others, ("Cookie", cookies)) if cookies else others


def _at_original_host(request: RequestToSend, target: str) -> str:
    """Replace the host of the request's `Host` header in a target by the host it was sent to."""
    named = next((value for name, value in request.headers if name.lower() == "host"), None)
    parts = urlsplit(target)
    if named is None or parts.netloc.lower() != named.lower():
        return target
    return parts._replace(netloc=urlsplit(request.url).netloc).geturl()


def _may_change_origin(request: RequestToSend, target: str) -> bool:
    before, after = urlsplit(request.url), urlsplit(target)
    if before.scheme == "https" and after.scheme == "http":
        return False
    if request.elsewhere:
        return True
    here, there = (before.hostname or "").lower(), (after.hostname or "").lower()
    if here == there:
        return (before.scheme, after.scheme) == ("http", "https")
    # `www.` and the bare domain are two names of one site; what was sent with credentials would arrive without them.
    bare = all(name.lower() in HARMLESS for name, _ in request.headers)
    return bare and here.removeprefix("www.") == there.removeprefix("www.")


def same_host(one: str, other: str) -> bool:
    """Return whether two URLs have the same host."""
    return urlsplit(one).hostname == urlsplit(other).hostname


def is_private(address: str) -> bool:
    """Return whether an IP address is not public: private, loopback, link-local or reserved."""
    try:
        return not ipaddress.ip_address(address.partition("%")[0]).is_global
    except ValueError:
        return False


def _target(base: str, location: str) -> str:
    try:
        target = urljoin(base, location)
        usable = target.startswith(("http://", "https://")) and same_origin(target, target)
    except ValueError as error:
        raise BadRedirectError(f"redirect to {location!r}: {error}") from error
    if not usable:
        raise BadRedirectError(f"redirect to {location!r}, which is not a web address")
    return target.partition("#")[0]
