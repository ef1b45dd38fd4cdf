"""`deployment.client`: HTTP for what an environment file cannot say, bounded and recorded like everything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from smokegate.environment.request_contradictions import GRAPHQL_WRITE
from smokegate.environment.request_fields import CREDENTIALS
from smokegate.observation.evidence.cookies import Browser, Cookie, browser_of
from smokegate.observation.exchange import SAFE_METHODS
from smokegate.observation.model import InterruptedRunError
from smokegate.observation.plan.step import RawResponse, RequestToSend, join, json_request
from smokegate.plugin.failures import Blocked, Misuse
from smokegate.plugin.response import Response

if TYPE_CHECKING:
    from smokegate.observation.observer import Observer


class Client:
    """Sends requests to the backend, each with the credentials that the file declares for it, and keeps cookies.

    Each call is an exchange of the report, with its curl line. Any request that is not a read needs `writes = true`
    in the file's `[checks]`. A check that was not run before has a client without cookies.
    """

    def __init__(
        self, source: Callable[[], Observer], touched: Callable[[str], None], offline: Callable[[], bool]
    ) -> None:
        self._source = source
        self._touched = touched
        self._offline = offline
        self._kept: dict[str, Cookie] = {}
        self.cleaning = False
        """Whether it is cleaning up, which the end of a run does not keep it from."""

    @property
    def cookies(self) -> dict[str, str]:
        """The values of the cookies that answers have set, by name."""
        return {name: each.value for name, each in self._kept.items()}

    def get(self, path: str, **more: Any) -> Response:
        """Send a GET; takes what `request` takes."""
        return self.request("GET", path, **more)

    def head(self, path: str, **more: Any) -> Response:
        """Send a HEAD; takes what `request` takes."""
        return self.request("HEAD", path, **more)

    def options(self, path: str, **more: Any) -> Response:
        """Send an OPTIONS; takes what `request` takes."""
        return self.request("OPTIONS", path, **more)

    def post(self, path: str, **more: Any) -> Response:
        """Send a POST; takes what `request` takes."""
        return self.request("POST", path, **more)

    def put(self, path: str, **more: Any) -> Response:
        """Send a PUT; takes what `request` takes."""
        return self.request("PUT", path, **more)

    def patch(self, path: str, **more: Any) -> Response:
        """Send a PATCH; takes what `request` takes."""
        return self.request("PATCH", path, **more)

    def delete(self, path: str, **more: Any) -> Response:
        """Send a DELETE; takes what `request` takes."""
        return self.request("DELETE", path, **more)

    def graphql(self, path: str, query: str, variables: Mapping[str, Any] | None = None, **more: Any) -> Response:
        """Send a GraphQL query, which is a read; a mutation is a write. Takes what `request` takes."""
        body = {"query": query, **({"variables": dict(variables)} if variables else {})}
        harmless = not GRAPHQL_WRITE.search(query)
        return self.request("POST", path, **{"json": body, "harmless": harmless, **more})

    def request(  # noqa: PLR0913 -- what a request is made of
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        harmless: bool = False,
        follow: bool = True,
    ) -> Response:
        """Send a request and return its outcome.

        Args:
            method: the HTTP method.
            path: below the backend's address, beginning with "/".
            query: what stands after the "?" of the address.
            json: the body, sent as JSON.
            form: the fields of the body, sent as an HTML form does.
            headers: request headers; they go before those that the file declares.
            harmless: that it changes nothing although its method could.
            follow: whether redirects within the host are followed.

        Raises:
            Blocked: it could change something, which the file does not allow; or the run is over.
            ValueError: the path does not begin with "/".
        """
        source = self._source()
        if method not in SAFE_METHODS and not harmless and not source.environment.checks.writes:
            raise Blocked(f"{method} {path} was not sent: it may change something, which [checks] writes = true allows")
        named = {**(form or {}), **(json if isinstance(json, dict) else {})}
        source.redactor.add(*(str(each) for name, each in named.items() if CREDENTIALS.search(name)))
        if not path.startswith("/"):
            raise Misuse(f'expected a path below the backend\'s address, which begins with "/", found {path!r}')
        url = join(source.environment.backend.url, path)
        url += ("&" if "?" in url else "?") + urlencode(query) if query else ""
        body, sent = self._body_and_headers(url, json, form, headers or {})
        request = RequestToSend(method, url, sent, body, follow=follow, idempotent=harmless, on_redirect=self._take)
        try:
            exchange = source.send(request, self._take, late=self.cleaning)
        except InterruptedRunError as over:
            raise Blocked(str(over)) from None
        self._touched(exchange.name)
        return Response(exchange, self._offline)

    def secret(self, name: str) -> str:
        """Return a secret that `[checks] secrets` of the file names.

        Raises:
            LookupError: the file names no such secret.
        """
        known = self._source().environment.checks.secrets
        if name not in known:
            raise Misuse(f"[checks] secrets names no {name!r}; it names {', '.join(known) or 'none'}")
        return known[name]

    def _body_and_headers(
        self, url: str, json: Any, form: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> tuple[bytes | None, tuple[tuple[str, str], ...]]:
        from smokegate.observation.plan.backend import encoded  # noqa: PLC0415 -- imported where it is used

        sent, own = dict(headers), {name.lower() for name in headers}
        if self._kept and "cookie" not in own and (cookies := self._browser().sent(self._kept, url)):
            sent["Cookie"] = cookies
        body = None
        if json is not None:
            made = json_request("", url, json)
            kind, body = made.headers[0][1], made.body
        elif form is not None:
            kind, body = encoded("form", dict(form))
        if body is not None and "content-type" not in own:
            sent["Content-Type"] = kind
        return body, tuple(sent.items())

    def _take(self, raw: RawResponse) -> None:
        self._browser().keep(self._kept, raw.headers)

    def _browser(self) -> Browser:
        return browser_of(self._source().environment)
