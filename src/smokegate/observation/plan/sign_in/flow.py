"""The steps of signing in, and what each needs of those before it.

Registering starts together with the health check, because waiting for its answer would cost every healthy run
a round trip. It is not sent when the health check has failed by then, and it counts as not sent when its
connection could not be opened and the health check got no answer either.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from smokegate.environment.calls import IDENTITY, Logout
from smokegate.environment.model import Environment, SignIn
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.exchange import NotSent
from smokegate.observation.plan.backend import JOURNEY, PLAIN
from smokegate.observation.plan.sign_in import journal
from smokegate.observation.plan.sign_in.names import (
    ACCOUNT,
    AFTER_LOGOUT,
    AFTER_WRONG,
    AGAIN,
    ANONYMOUS,
    CLEAN_UP,
    CSRF,
    KEPT,
    LEFT_CLEAN_UP,
    LEFT_LOGIN,
    LOGIN,
    LOGIN_FIRST,
    LOGOUT,
    REGISTER,
    UNDO,
    WRITE,
    WRONG,
)
from smokegate.observation.plan.sign_in.session import Session
from smokegate.observation.plan.step import Group, RawResponse, RequestToSend, Step, web_origin

if TYPE_CHECKING:
    from smokegate.observation.plan.sign_in.write import Write

NEEDLESS = NotSent("")
"""What a step comes to that turns out not to be needed: it is no part of the observation."""
GROUPS: dict[str, Group] = {
    **dict.fromkeys((CSRF + WRONG, WRONG, AFTER_WRONG), "refusal"),
    **dict.fromkeys((CSRF + WRITE, WRITE, CSRF + UNDO, UNDO), "write"),
}
"""The group of each step that can be left out of a journey that is made repeatedly."""
BESIDE = re.compile(r"(.*/)(log|sign)([-_]?)in(/?)$", re.IGNORECASE)
"""A login path that has its logout beside it by convention."""


class SignInPlan:
    """One run's account, its sessions, and the steps that use them.

    Args:
        environment: must declare `sign_in`.
        redactor: learns the password before it is used, and every token before its answer is kept.
    """

    def __init__(self, environment: Environment, redactor: Redactor) -> None:
        assert environment.sign_in is not None
        api: SignIn = environment.sign_in
        self._base = environment.backend.url
        self._api = api
        self._creates = api.creates_accounts and api.register_call is not None
        self._standing = api.standing
        self._signs_in_new = self._creates and not api.confirms_elsewhere
        if self._signs_in_new or api.standing is None:
            self.email, self._password = new_address(api), new_password()
        else:
            self.email, self._password = api.standing.email, api.standing.password
        self._new = (self.email, self._password) if self._signs_in_new else (new_address(api), new_password())
        # A wrong password for a real account counts towards its lock; an address that does not exist has none.
        self._wrong = (self.email if self._signs_in_new else new_address(api), new_password())
        redactor.add(self._password, self._new[1], self._wrong[1])
        if api.standing is not None:
            redactor.add(api.standing.password)
        page = web_origin(environment.frontend.url) if environment.frontend is not None else ""
        self._page = "" if page == web_origin(self._base) else page
        clients = ("first", "again", "wrong", "kept", "")
        self._sessions = {name: Session(api, self._base, redactor, self._page) for name in clients}
        self.first: str | None = None
        """The exchange with which the flow begins."""
        if self._creates:
            self.first = REGISTER
        elif api.standing is not None:
            self.first = LOGIN_FIRST
        self._registered = self._register_erred = False
        self._written: Write | None = None
        self._deletes = self._signs_in_new and api.delete_call is not None
        self._journals = self._deletes and environment.replica is None
        self._entry: journal.Entry | None = None
        self._redactor = redactor

    @property
    def to_finish(self) -> tuple[str, ...]:
        """The steps that must still be made where a run ends early: what it wrote is taken back."""
        undo = (CSRF + UNDO, UNDO) if self._written is not None and self._written.done else ()
        return (*undo, CSRF + CLEAN_UP, CLEAN_UP) if self._registered else undo

    def steps(self) -> Iterator[Step]:
        """Yield the steps; without an account to use, only the view without signing in is left."""
        for step in self._steps():
            yield replace(step, group=GROUPS.get(step.name, step.group))

    def _steps(self) -> Iterator[Step]:
        yield Step(ANONYMOUS, "sign_in", self._sessions[""].view(), priority=PLAIN)
        if self._creates:
            yield from self._register()
        if self._signs_in_new or self._standing is not None:
            yield from self._journey()
        if self._api.keep and self._signs_in_new and self._standing is not None:
            account = (self._standing.email, self._standing.password)
            yield from self._log_in(KEPT, "kept", account, ())
        if self._signs_in_new and self._api.delete_call is not None:
            after, newest = self._all_but_clean_up(), self._sessions["again"]
            target = newest.target(self._api.delete_call)
            yield from newest.sending(CLEAN_UP, target, self.clean_up, after, got=self._deleted)
        if self._journals:
            for number, entry in enumerate(journal.left_behind(self._base), 1):
                names = f"{LEFT_LOGIN} {number}", f"{LEFT_CLEAN_UP} {number}"
                yield from self.removal(entry.email, entry.password, names, entry.close)

    def _journey(self) -> Iterator[Step]:
        yield from self._log_in(LOGIN_FIRST, "first", (self.email, self._password), (REGISTER,), needed=self._is_needed)
        yield self._view(ACCOUNT, "first", "", (REGISTER, LOGIN_FIRST))
        yield from self._log_out()
        before = (REGISTER, LOGIN_FIRST, LOGOUT)
        yield from self._log_in(LOGIN, "again", (self.email, self._password), before, needed=self._is_open)
        yield self._view(AGAIN, "again", LOGIN, (LOGIN,))
        yield from self._write()
        yield from self._log_in(
            WRONG, "wrong", self._wrong, (REGISTER, LOGIN_FIRST), priority=PLAIN, needed=self._may_refuse
        )
        if self._api.by_cookie:
            yield self._view(AFTER_WRONG, "wrong", WRONG, (WRONG,))

    def _write(self) -> Iterator[Step]:
        """Make the declared write with the newest session, and take it back."""
        if self._api.write_check is not None:
            from smokegate.observation.plan.sign_in.write import Write  # noqa: PLC0415 -- only where declared

            self._written = Write(self._api.write_check, self._sessions["again"])
            yield from self._written.steps()

    def clean_up(self) -> RequestToSend | NotSent:
        """Return the request by which the account deletes itself, from its newest session."""
        call = self._api.delete_call
        session = next((s for s in (self._sessions["again"], self._sessions["first"]) if s.signed_in), None)
        if call is None or session is None:
            return NotSent(REGISTER)
        identity = session.identity if session.identity is not None else self._sessions["first"].identity
        values = {call.password: self._password} if call.password else {}
        path = call.path.replace(IDENTITY, str(identity))
        return session.write(call.method, call, values, path)

    def _deleted(self, raw: RawResponse) -> None:
        if 200 <= raw.status < 300:
            self._forget()

    def _forget(self) -> None:
        if self._entry is not None:
            self._entry.close()
            self._entry = None

    def noted(self, email: str, password: str) -> Callable[[], None]:
        """Write down an account that is about to be created; return what forgets it again."""
        self._redactor.add(password)
        entry = journal.intend(self._base, email, password) if self._journals else None
        return entry.close if entry is not None else lambda: None

    def removal(self, email: str, password: str, names: tuple[str, str], forget: Callable[[], None]) -> Iterator[Step]:
        """Yield what deletes an account that was not created by this journey.

        Args:
            email: the account.
            password: its password.
            names: what the two exchanges are called, the login and the request itself.
            forget: called once it is known that there is no such account (any more).
        """
        from smokegate.observation.plan.sign_in.removal import removal  # noqa: PLC0415 -- most runs remove nothing

        self._redactor.add(password)
        session = Session(self._api, self._base, self._redactor, self._page)
        return removal(self._api, session, (email, password), names, forget)

    def _register(self) -> Iterator[Step]:
        """Create an account; nothing is written where the health check has failed."""
        call, (email, password) = self._api.register_call, self._new
        assert call is not None
        values = {call.email: email, call.password: password}
        values |= {call.password_again: password} if call.password_again else {}
        session = self._sessions["first"]

        def got(raw: RawResponse) -> None:
            if not 200 <= raw.status < 400:
                self._register_erred = raw.status >= 500
                if not self._register_erred:
                    self._forget()
                return
            self._registered = not _is_page(raw) or self._api.by_cookie
            if self._signs_in_new:
                session.enter(raw, call.token)

        def asking() -> RequestToSend:
            return session.write("POST", call, values)

        def noted() -> RequestToSend:
            if self._journals and self._entry is None:
                self._entry = journal.intend(self._base, email, password)
            return asking()

        yield from session.sending(REGISTER, asking(), noted, (), gate="health", got=got)

    def _log_in(  # noqa: PLR0913 -- a value each, given once
        self,
        name: str,
        client: str,
        account: tuple[str, str],
        after: tuple[str, ...],
        *,
        priority: int = JOURNEY,
        needed: Callable[[], NotSent | None] = lambda: None,
    ) -> Iterator[Step]:
        call, session = self._api.login_call, self._sessions[client]

        values = {call.email: account[0], call.password: account[1]}

        def asking() -> RequestToSend | NotSent:
            return needed() or session.write("POST", call, values)

        target = session.write("POST", call, values)
        yield from session.sending(name, target, asking, after, priority=priority, got=session.enter)

    def _is_needed(self) -> NotSent | None:
        """Return why there is no first login: a registration that signs in makes it needless."""
        if not self._signs_in_new:
            return None
        if self._sessions["first"].signed_in:
            return NEEDLESS
        return None if self._registered else NotSent(REGISTER)

    def _is_open(self) -> NotSent | None:
        """Return why there is no further login: there is no account to log in to."""
        return None if self._sessions["first"].signed_in else NotSent(self._opener())

    def _may_refuse(self) -> NotSent | None:
        """Return why no wrong password is tried.

        It is where registering ended in an error: whether a login does so too says if the whole database is away.
        """
        return None if self._register_erred else self._is_open()

    def _opener(self) -> str:
        return LOGIN_FIRST if not self._signs_in_new or self._registered else REGISTER

    def _log_out(self) -> Iterator[Step]:
        """Log the first session out, and check the account with what it still holds."""
        declared = self._api.logout
        call = declared or self._usual_logout()
        if call is None:
            return
        session = self._sessions["first"]

        def asking() -> RequestToSend | NotSent:
            return session.write(call.method, call, {}) if session.signed_in else NotSent(self._opener())

        # Its cookies are not taken: what a client still sends that ignores them must be refused all the same.
        yield from session.sending(LOGOUT, session.target(call), asking, (ACCOUNT,))
        if declared is not None and declared.revokes:
            yield self._view(AFTER_LOGOUT, "first", "", (LOGOUT,))

    def _usual_logout(self) -> Logout | None:
        """Return the logout beside the login, for an account of the run's own and where the file says nothing."""
        found = BESIDE.fullmatch(self._api.login)
        if self._api.logout_call is False or not self._signs_in_new or found is None:
            return None
        return Logout(path=f"{found[1]}{found[2]}{found[3]}out{found[4]}")

    def _view(self, name: str, client: str, of: str, after: tuple[str, ...]) -> Step:
        """Check the account as one of the clients."""
        session = self._sessions[client]

        def asking() -> RequestToSend | NotSent:
            if name == AFTER_WRONG:
                return session.view() if session.signed_in else NEEDLESS
            return session.view() if session.signed_in else NotSent(of or self._opener())

        return Step(name, "sign_in", session.view(), asking, after, JOURNEY, got=session.see)

    def _all_but_clean_up(self) -> tuple[str, ...]:
        return (ANONYMOUS, ACCOUNT, LOGOUT, AFTER_LOGOUT, LOGIN, AGAIN, WRITE, UNDO, WRONG, AFTER_WRONG)


def _is_page(raw: RawResponse) -> bool:
    return any(name.lower() == "content-type" and "text/html" in value for name, value in raw.headers)


def new_address(api: SignIn) -> str:
    """Return an address that no one has."""
    return f"smokegate+{secrets.token_hex(6)}@{api.email_domain}"


def new_password() -> str:
    """Return a random password with upper and lower case, a digit and a symbol, as password rules want it."""
    return f"Sg{secrets.token_hex(12)}!7Q"
