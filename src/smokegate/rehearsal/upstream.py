"""The real deployment behind the proxy: requested by the one normal run, its addresses put right on the way."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import partial
from http.client import HTTPMessage
from typing import IO, Any

from msgspec.structs import replace

from smokegate.environment.model import Backend, Frontend
from smokegate.observation.plan.step import origin_of
from smokegate.observation.transport.connect import Route
from smokegate.rehearsal.exchanges import ProxyRequest, Recorded, Site

#: What belongs to one connection (RFC 9110, 7.6.1), or is worked out anew.
HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection", "host"}
HOP |= {"content-length", "accept-encoding", "content-encoding"}
TEXTS = ("text/", "json", "javascript", "xml")
LARGEST = 20_000_000


class Upstream:
    """Hands requests on to the deployment; raises what `urllib` raises where there is no answer."""

    def __init__(self, sites: Mapping[Site, Backend | Frontend], ca_file: str | None, timeout: float) -> None:
        self._sites = dict(sites)
        self._timeout = timeout
        self._openers = {site: _opener(options, ca_file) for site, options in sites.items()}

    def send(self, request: ProxyRequest) -> Recorded:
        """Send to the deployment; `OSError` where there is no answer."""
        site = self._sites[request.site]
        headers = {name: value for name, value in request.headers if name.lower() not in HOP}
        headers |= {"Host": site.host} if site.host else {}
        outgoing = urllib.request.Request(  # noqa: S310 -- the address is the environment file's, http or https
            site.url + request.target,
            data=request.body or None,
            headers={**headers, "Accept-Encoding": "identity"},
            method=request.method,
        )
        try:
            with self._openers[request.site].open(outgoing, timeout=self._timeout) as response:
                return _recorded(response.status, response.headers, response.read(LARGEST))
        except urllib.error.HTTPError as answer:
            with answer:
                return _recorded(answer.code, answer.headers, answer.read(LARGEST))


class _Stay(urllib.request.HTTPRedirectHandler):
    """Leaves redirects to the suite."""

    def redirect_request(  # noqa: PLR0913, PLR0917 -- urllib's own
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> None:
        """Follow none."""


def _opener(site: Backend | Frontend, ca_file: str | None) -> urllib.request.OpenerDirector:
    """Return what connects to a site as the environment file says."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    if site.client_certificate is not None:
        site.client_certificate.load_into(context)

    def connected(kind: Any, *args: Any, **named: Any) -> Any:
        made = kind(*args, **named)
        target = origin_of(site.url, Route(connect_to=site.connect_to)).dialed
        made._create_connection = lambda _, *more: socket.create_connection(target, *more)  # noqa: SLF001 -- its seam
        return made

    class Http(urllib.request.HTTPHandler):
        def http_open(self, req: urllib.request.Request) -> Any:
            return self.do_open(partial(connected, http.client.HTTPConnection), req)

    class Https(urllib.request.HTTPSHandler):
        def https_open(self, req: urllib.request.Request) -> Any:
            made = partial(connected, http.client.HTTPSConnection, context=context)
            return self.do_open(made, req)

    handlers = (Http, Https) if site.connect_to else (urllib.request.HTTPSHandler(context=context),)
    opener = urllib.request.build_opener(*handlers, _Stay)
    opener.addheaders = []
    return opener


def _recorded(status: int, headers: Any, body: bytes) -> Recorded:
    kept = tuple((name, value) for name, value in headers.items() if name.lower() not in HOP)
    return Recorded(status, kept, body)


class Addresses:
    """Puts the proxy's addresses in the place of a deployment's for the suite, and back for it."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self._there = [(_pattern(real), ours) for real, ours in pairs.items()]
        self._back = [(_pattern(ours), real) for real, ours in pairs.items()]

    def outward(self, request: ProxyRequest) -> ProxyRequest:
        """Return a request as the deployment must see it."""
        return replace(request, headers=tuple((name, _put(value, self._back)) for name, value in request.headers))

    def inward(self, answer: Recorded) -> Recorded:
        """Return an answer as the suite must see it."""
        headers = tuple((name, _put(value, self._there)) for name, value in answer.headers)
        kind = answer.header("content-type").lower()
        if not any(word in kind for word in TEXTS):
            return replace(answer, headers=headers)
        body = answer.body.decode("utf-8", "surrogateescape")
        return replace(answer, headers=headers, body=_put(body, self._there).encode("utf-8", "surrogateescape"))


def _pattern(origin: str) -> re.Pattern[str]:
    return re.compile(re.escape(origin) + r"(?![\w.-]|:\d)")


def _put(text: str, pairs: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, value in pairs:
        text = pattern.sub(lambda _, value=value: value, text)  # type: ignore[misc]
    return text
