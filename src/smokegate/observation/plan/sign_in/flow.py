"""The steps of the sign-in flow and their dependencies.

Registering starts in parallel with the health check, because waiting for its response would cost every healthy run a
round trip. It is not sent if the health check has failed by then, and counts as not sent if its connection could not
be opened and the health check got no response either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from smokegate.environment.model import Environment
from smokegate.observation.evidence.cookies import browser_of
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.exchange import NotSent
from smokegate.observation.plan.backend import JOURNEY, PLAIN, REFUSAL
from smokegate.observation.plan.sign_in import names
from smokegate.observation.plan.sign_in.accounts import Accounts
from smokegate.observation.plan.sign_in.register import Registration
from smokegate.observation.plan.sign_in.session import Session
from smokegate.observation.plan.step import RawResponse, RequestToSend, Step, web_origin

if TYPE_CHECKING:
    from smokegate.observation.plan.sign_in.write import Write

NOT_NEEDED = NotSent("")
"""The outcome of an unneeded step, which is left out of the observation."""


class SignInPlan:
    """The sign-in flow of one run: its accounts, sessions and steps.

    The redactor learns passwords before they are used, and tokens before responses are recorded.
    """

    def __init__(self, environment: Environment, redactor: Redactor) -> None:
        assert environment.sign_in is not None
        self._api = environment.sign_in
        self._base = environment.backend.url
        self.accounts = Accounts(environment, redactor)
        page = web_origin(environment.frontend.url) if environment.frontend is not None else ""
        self._page = "" if page == web_origin(self._base) else page
        self._browser = browser_of(environment)
        self._redactor = redactor
        self._sessions = {name: self._session() for name in ("first", "again", "wrong", "kept", "")}
        self._registration = Registration(self._api, self.accounts, self._sessions["first"])
        self._written: Write | None = None

    def _session(self) -> Session:
        return Session(self._api, self._base, self._redactor, self._page, self._browser)

    @property
    def to_finish(self) -> tuple[str, ...]:
        """The cleanup steps to run if the run ends early."""
        undo = (names.CSRF + names.UNDO, names.UNDO) if self._written is not None and self._written.done else ()
        return (*undo, names.CSRF + names.CLEAN_UP, names.CLEAN_UP) if self._registration.done else undo

    def steps(self) -> Iterator[Step]:
        """Yield the steps; without an account, only the anonymous view is left."""
        for step in self._steps():
            yield replace(step, group=names.GROUPS.get(step.name, step.group))

    def _steps(self) -> Iterator[Step]:
        accounts = self.accounts
        yield Step(names.ANONYMOUS, "sign_in", self._sessions[""].view(), priority=PLAIN)
        if accounts.creates:
            yield from self._registration.steps()
        if accounts.signs_in_new or accounts.standing is not None:
            yield from self._journey()
        if self._api.keep and accounts.signs_in_new and accounts.standing is not None:
            yield from self._log_in(names.KEPT, "kept", accounts.standing, ())
        if accounts.deletes and self._api.delete_call is not None:
            newest = self._sessions["again"]
            target = newest.target(self._api.delete_call)
            yield from newest.sending(
                names.CLEAN_UP, target, self.clean_up, names.BEFORE_CLEAN_UP, on_response=self._deleted
            )
        for number, entry in enumerate(self.accounts.left_behind(), 1):
            pair = f"{names.LEFT_LOGIN} {number}", f"{names.LEFT_CLEAN_UP} {number}"
            yield from self.removal(entry.email, entry.password, pair, entry.close)

    def _journey(self) -> Iterator[Step]:
        accounts, first = self.accounts, (names.REGISTER, names.LOGIN_FIRST)
        why_not = self._why_no_first_login
        yield from self._log_in(names.LOGIN_FIRST, "first", accounts.used, (names.REGISTER,), why_not=why_not)
        yield self._view(names.ACCOUNT, "first", "", first)
        yield from self._log_out()
        after = (*first, names.LOGOUT)
        yield from self._log_in(names.LOGIN, "again", accounts.used, after, why_not=self._why_no_login)
        yield self._view(names.AGAIN, "again", names.LOGIN, (names.LOGIN,))
        yield from self._write()
        why_not = self._why_no_refusal
        yield from self._log_in(names.WRONG, "wrong", accounts.wrong, first, priority=REFUSAL, why_not=why_not)
        if self._api.by_cookie:
            yield self._view(names.AFTER_WRONG, "wrong", names.WRONG, (names.WRONG,))

    def _write(self) -> Iterator[Step]:
        """Yield the declared write, with the newest session, and its undo."""
        if self._api.write_check is not None:
            from smokegate.observation.plan.sign_in.write import Write  # noqa: PLC0415 -- only where declared

            self._written = Write(self._api.write_check, self._sessions["again"])
            yield from self._written.steps()

    def clean_up(self) -> RequestToSend | NotSent:
        """Return the request that deletes the account, from its newest session."""
        call = self._api.delete_call
        session = next((s for s in (self._sessions["again"], self._sessions["first"]) if s.signed_in), None)
        if call is None or session is None:
            return NotSent(names.REGISTER)
        identity = session.identity if session.identity is not None else self._sessions["first"].identity
        return session.deletion(call, self.accounts.used[1], identity)

    def _deleted(self, raw: RawResponse) -> None:
        if 200 <= raw.status < 300:
            self.accounts.forget()

    def removal(self, email: str, password: str, pair: tuple[str, str], forget: Callable[[], None]) -> Iterator[Step]:
        """Yield the steps that delete an account created outside of this flow: the login, and the deletion.

        They are named by `pair`; `forget` is called once the account no longer exists.
        """
        from smokegate.observation.plan.sign_in.removal import removal  # noqa: PLC0415 -- most runs remove nothing

        self._redactor.add(password)
        return removal(self._api, self._session(), (email, password), pair, forget)

    def _log_in(  # noqa: PLR0913 -- a value each, given once
        self,
        name: str,
        client: str,
        account: tuple[str, str],
        after: tuple[str, ...],
        *,
        priority: int = JOURNEY,
        why_not: Callable[[], NotSent | None] = lambda: None,
    ) -> Iterator[Step]:
        call, session = self._api.login_call, self._sessions[client]
        values = {call.email: account[0], call.password: account[1]}

        def write() -> RequestToSend:
            return replace(session.write("POST", call, values), idempotent=True)

        yield from session.sending(
            name, write(), lambda: why_not() or write(), after, priority=priority, on_response=session.enter
        )

    def _why_no_first_login(self) -> NotSent | None:
        """Return why the first login is skipped: registering already signed in, or it failed."""
        if self.accounts.signs_in_new and self._sessions["first"].signed_in:
            return NOT_NEEDED
        return None if self._registration.done or not self.accounts.signs_in_new else NotSent(names.REGISTER)

    def _why_no_login(self) -> NotSent | None:
        """Return why a later login is skipped: there is no account."""
        return None if self._sessions["first"].signed_in else NotSent(self._opening_step())

    def _why_no_refusal(self) -> NotSent | None:
        """Return why the wrong password is skipped.

        It is tried if registering failed with an error: whether a login does too shows if the database is down.
        """
        return None if self._registration.failed else self._why_no_login()

    def _opening_step(self) -> str:
        return names.LOGIN_FIRST if not self.accounts.signs_in_new or self._registration.done else names.REGISTER

    def _log_out(self) -> Iterator[Step]:
        """Yield the logout of the first session, and an account view with its old credentials."""
        declared = self._api.logout
        call = declared or (self._api.usual_logout if self.accounts.signs_in_new else None)
        if call is None:
            return
        session = self._sessions["first"]

        def build() -> RequestToSend | NotSent:
            return session.write(call.method, call, {}) if session.signed_in else NotSent(self._opening_step())

        # Its cookies are ignored: the old credentials must be rejected even if a client keeps sending them.
        yield from session.sending(names.LOGOUT, session.target(call), build, (names.ACCOUNT,))
        if declared is not None and declared.revokes:
            yield self._view(names.AFTER_LOGOUT, "first", "", (names.LOGOUT,))

    def _view(self, name: str, client: str, of: str, after: tuple[str, ...]) -> Step:
        """Return the account view of a client."""
        session = self._sessions[client]

        def build() -> RequestToSend | NotSent:
            if session.signed_in:
                return session.view()
            return NOT_NEEDED if name == names.AFTER_WRONG else NotSent(of or self._opening_step())

        # On another connection, so that another instance may respond than the one that issued the credentials.
        issuers, view = frozenset(names.GIVE_CREDENTIALS.get(name, ())), session.view()
        return Step(name, "sign_in", view, build, after, JOURNEY, separate_from=issuers, on_response=session.see)
