"""Adds the settings declared per origin to requests: headers, certificates, `connect_to`."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_hex

from msgspec.structs import replace

from smokegate.environment.model import Environment
from smokegate.environment.request_options import RequestOptions
from smokegate.observation.plan.step import RequestToSend, origin_of, web_origin
from smokegate.observation.transport.connect import Origin, Route


class Sites:
    """The settings declared per origin; of two for one origin the last wins, which is the backend's."""

    def __init__(self, declared: Mapping[str, RequestOptions], ca_file: str | None, *, traced: bool = False) -> None:
        self._declared = {web_origin(url): options for url, options in declared.items()}
        self._ca_file = ca_file
        self._traced = traced

    @classmethod
    def of(cls, environment: Environment) -> Sites:
        """Return the origins of an environment."""
        declared = {each.url: each for each in (environment.frontend, environment.backend) if each is not None}
        return cls(declared, environment.ca_file, traced=environment.trace is not None)

    def origin(self, request: RequestToSend) -> Origin:
        """Return the origin of a request, with its route."""
        return origin_of(request.url, self.completed(request).route)

    def completed(self, request: RequestToSend) -> RequestToSend:
        """Return a request with the settings of its origin.

        A preflight gets no credentials, as in a browser.
        """
        site = self._declared.get(web_origin(request.url))
        if site is None:
            return replace(request, route=request.route._replace(ca_file=self._ca_file))
        own = {name.lower() for name, _ in request.headers}
        bare = request.anonymous or "access-control-request-method" in own
        declared = {"Host": site.host} if bare and site.host else {} if bare else site.credentials
        more = tuple(pair for pair in declared.items() if pair[0].lower() not in own)
        certificate = request.route.certificate or (None if request.anonymous else site.client_certificate)
        route = Route(self._ca_file, certificate, request.route.connect_to or site.connect_to)
        return replace(request, headers=(*request.headers, *more), route=route)

    def with_trace(self, request: RequestToSend) -> RequestToSend:
        """Return a request with a new trace id (W3C Trace Context, 3.2)."""
        if not self._traced or web_origin(request.url) not in self._declared:
            return request
        trace = ("traceparent", f"00-{token_hex(16)}-{token_hex(8)}-01")
        return replace(request, headers=(*request.headers, trace))
