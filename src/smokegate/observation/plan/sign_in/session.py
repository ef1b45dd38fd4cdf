"""One client of the application: its cookies, token and CSRF token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from msgspec.structs import replace

from smokegate.environment.calls import IDENTITY, Call, Delete, Logout, Undo, WriteCheck
from smokegate.environment.signin import SignIn
from smokegate.observation.evidence.cookies import Browser, Cookie
from smokegate.observation.evidence.html import element
from smokegate.observation.evidence.json_rules import value_at
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.evidence.sign_in import identity_in, signs_in, token_of
from smokegate.observation.evidence.sign_in_reply import Reply
from smokegate.observation.exchange import NotSent
from smokegate.observation.plan.backend import JOURNEY, encoded
from smokegate.observation.plan.sign_in.names import CSRF
from smokegate.observation.plan.step import RawResponse, RequestToSend, Step, join, web_origin


class Session:
    """The session of one client.

    `page` is the origin of the sign-in pages, if it differs from the backend's. The redactor learns credentials before
    the responses that hold them are recorded.
    """

    def __init__(self, api: SignIn, base: str, redactor: Redactor, page: str, browser: Browser) -> None:
        self._api = api
        self._base = base
        self._page = page
        self._browser = browser
        self._redactor = redactor
        self.cookies: dict[str, Cookie] = {}
        self.token: str | None = None
        self.csrf: str | None = None
        self.identity: Any = None
        self.signed_in = False
        """Whether a response has confirmed it."""

    def take(self, raw: RawResponse) -> Reply:
        """Store the cookies of a response."""
        reply = Reply(raw.status, raw.headers, raw.text, raw.json, raw.is_json)
        self._browser.keep(self.cookies, reply.headers)
        return reply

    def enter(self, raw: RawResponse, key: str | None = None) -> None:
        """Process the response to a login or registration; `key` is where the latter has its token."""
        reply = self.take(raw)
        found = identity_in(self._api, reply)
        self.identity = self.identity if found is None else found
        if not signs_in(self._api, reply, key):
            return
        self.signed_in = True
        if self._api.by_cookie:
            self._redactor.add(*reply.cookies.values())
        else:
            self.token = token_of(self._api, reply, key)
            self._redactor.add(self.token or "")

    def see(self, raw: RawResponse) -> None:
        """Process the response to an account view."""
        reply = self.take(raw)
        found = identity_in(self._api, reply)
        self.identity = self.identity if found is None else found

    def take_csrf(self, raw: RawResponse) -> None:
        """Store the CSRF token of a response."""
        self.csrf = self._csrf_in(self.take(raw))
        self._redactor.add(self.csrf or "")

    def _csrf_in(self, reply: Reply) -> str | None:
        csrf = self._api.csrf
        if csrf is None:
            return None
        if csrf.cookie is not None:
            cookie = self.cookies.get(csrf.cookie)
            return None if cookie is None else unquote(cookie.value)
        if csrf.answer_header is not None:
            return reply.headers.get(csrf.answer_header)
        if csrf.json_ is not None:
            found = value_at(reply.json, csrf.json_)
            return found if isinstance(found, str) else None
        name, attribute = (csrf.input, "value") if csrf.input else (csrf.meta or "", "content")
        return element(reply.text, name, attribute)

    def view(self) -> RequestToSend:
        """Return the account request."""
        call = self._api.account_call
        headers = self._from_page(call.send)
        target = join(self._base, call.path)
        signed = (*headers.items(), *self._credentials(target, headers))
        return RequestToSend("GET", target, signed, follow=not self._api.by_cookie)

    def csrf_page(self) -> RequestToSend:
        """Return the CSRF token request."""
        assert self._api.csrf is not None
        target = join(self._base, self._api.csrf.page)
        return RequestToSend("GET", target, self._cookie(target))

    def write(self, method: str, call: Call, values: dict[str, Any], path: str | None = None) -> RequestToSend:
        """Return a request with body, CSRF token and credentials."""
        csrf = self._api.csrf
        fields = {**call.fields, **values}
        headers = dict(call.send)
        if csrf is not None:
            name = csrf.field or csrf.input
            if name is not None and self.csrf is not None:
                fields[name] = self.csrf
            if csrf.header is not None and self.csrf is not None:
                headers[csrf.header] = self.csrf
            headers.setdefault("Origin", web_origin(self._base))
            headers.setdefault("Referer", join(self._base, csrf.page))
        kind, body = encoded(call.body, fields)
        if method == "GET":
            kind, body = "", None
        headers = self._from_page(headers)
        headers |= {"Content-Type": kind} if kind and "content-type" not in map(str.lower, headers) else {}
        target = join(self._base, call.path if path is None else path)
        signed = (*headers.items(), *self._credentials(target, headers))
        return RequestToSend(method, target, signed, body, follow=not self._api.by_cookie)

    def deletion(self, call: Delete, password: str, identity: object) -> RequestToSend:
        """Return the request that deletes the account."""
        confirmed = {call.password: password} if call.password else {}
        return self.write(call.method, call, confirmed, call.path.replace(IDENTITY, str(identity)))

    def _from_page(self, own: dict[str, str]) -> dict[str, str]:
        """Add the page's origin to headers, as browsers do: CORS responses depend on it."""
        named = not self._page or "origin" in map(str.lower, own)
        return dict(own) if named else {**own, "Origin": self._page}

    def _credentials(self, target: str, own: dict[str, str]) -> tuple[tuple[str, str], ...]:
        api = self._api
        cookies = self._cookie(target) if api.by_cookie or api.csrf is not None else ()
        if self.token is None or api.header.lower() in map(str.lower, own):
            return cookies
        return (*cookies, (api.header, f"{api.scheme} {self.token}".strip()))

    def _cookie(self, target: str) -> tuple[tuple[str, str], ...]:
        sent = self._browser.sent(self.cookies, target)
        return (("Cookie", sent),) if sent else ()

    def target(self, call: Delete | Logout | WriteCheck | Undo) -> RequestToSend:
        """Return the method and URL of a request, before its body is known."""
        return RequestToSend(call.method, join(self._base, call.path))

    def sending(  # noqa: PLR0913 -- a value each, given once
        self,
        name: str,
        target: RequestToSend,
        build: Callable[[], RequestToSend | NotSent],
        after: tuple[str, ...],
        *,
        priority: int = JOURNEY,
        gate: str | None = None,
        on_response: Callable[[RawResponse], None] | None = None,
    ) -> Iterator[Step]:
        """Yield a write, preceded by its CSRF token request if one is declared."""
        step = Step(name, "sign_in", target, build, after, priority, retry=False, gate=gate, on_response=on_response)
        if self._api.csrf is None:
            yield step
            return
        page = CSRF + name

        def build_page() -> RequestToSend | NotSent:
            request = build()
            return request if isinstance(request, NotSent) else self.csrf_page()

        first = self.csrf_page()
        yield Step(page, "sign_in", first, build_page, after, priority, gate=gate, on_response=self.take_csrf)
        yield replace(step, after=(*after, page))
