"""Requests sent by us after a browser run: repeated failed calls, and deletion of the account."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator

from smokegate.environment.model import Environment
from smokegate.observation.browser.model import BrowserView, Person, name_from_here, trusted_origins
from smokegate.observation.plan.sign_in.accounts import new_address, new_password
from smokegate.observation.plan.sign_in.flow import SignInPlan
from smokegate.observation.plan.step import FROM_HERE, RequestToSend, Step, web_origin

MAX_CALLS = 4
BY_BROWSER = f"{FROM_HERE}account: log in", f"{FROM_HERE}account: clean up"
"""The exchanges that delete the account created through the page."""
ALLOWANCE = 30.0
"""Seconds of a browser run beyond the timeouts of its pages."""


class FollowUp:
    """Sends the follow-up requests of a browser run, by `begin`; the sign-in flow tracks created accounts."""

    def __init__(
        self, environment: Environment, sign_in: SignInPlan | None, begin: Callable[[Iterable[Step]], None]
    ) -> None:
        self._environment = environment
        self._sign_in = sign_in
        self._begin = begin
        self.person = person_of(environment)
        self._forget: Callable[[], None] | None = None

    def sending(self, email: str, password: str) -> None:
        """Record the account that the page is about to create."""
        if self._sign_in is not None:
            forget = self._sign_in.accounts.write_down_browser_account(email, password)
            self._forget = self._forget or forget

    @property
    def time_limit(self) -> float:
        """The timeout of the browser run in seconds."""
        section = self._environment.browser
        assert section is not None
        return section.timeout * (len(section.pages) + (5 if section.sign_in else 1)) + ALLOWANCE

    def done(self, view: BrowserView) -> None:
        """Start the follow-up requests."""
        steps, person = [*same_calls(self._environment, view)], self.person
        if self._sign_in is not None and self._forget is not None and person is not None:
            steps += self._sign_in.removal(person.email, person.password, BY_BROWSER, self._forget)
        self._begin(steps)


def person_of(environment: Environment) -> Person | None:
    """Return the user for signing in through the page, by the rules of `[sign_in]`; None if there is none."""
    section = environment.browser.sign_in if environment.browser is not None else None
    api = environment.sign_in
    if section is None or api is None:
        return None
    if api.creates_accounts and section.register_page is not None and not api.confirms_elsewhere:
        return Person(new_address(api), new_password(), f"Smoke {secrets.token_hex(3)}", creates=True)
    return Person(api.standing.email, str(api.standing.password)) if api.standing is not None else None


def same_calls(environment: Environment, view: BrowserView) -> Iterator[Step]:
    """Yield the failed read-only calls of the pages, to be repeated from here, each once."""
    trusted, found = trusted_origins(environment), dict[str, Step]()
    for page in view.seen:
        for call in page.calls:
            failed = call.error or (call.status or 0) >= 500
            if not failed or call.method != "GET" or call.kind not in {"fetch", "xhr"} or not page.url:
                continue
            if web_origin(call.url) in trusted:
                origin = ("Origin", web_origin(page.url))
                name = name_from_here(call.method, call.url)
                found.setdefault(name, Step(name, "browser", RequestToSend("GET", call.url, (origin,)), retry=False))
    yield from [*found.values()][:MAX_CALLS]
