"""The sign-in journey as a check sees it, step by step."""

from __future__ import annotations

from collections.abc import Callable

from smokegate.environment.model import SignIn
from smokegate.observation.evidence.sign_in import (
    identity_in,
    keeps_out,
    opens,
    owes_token,
    refuses_account,
    refuses_login,
    shows_another,
    signs_in,
    succeeded,
)
from smokegate.observation.evidence.sign_in_reply import reply
from smokegate.observation.exchange import Exchange
from smokegate.observation.plan.sign_in.names import JOURNEY_NAMES
from smokegate.plugin.failures import ExpectationFailed
from smokegate.plugin.response import Response


class _Step:
    """A step of the journey, requested and waited for when it is read."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, journey: SignInResponses, _: type) -> Response:
        return journey._see(self._name)  # noqa: SLF001 - a part of it


class SignInResponses:
    """The steps of the journey; reading one fails or blocks the check as `Response` does.

    `section` is what the environment file says of the sign-in API.
    """

    def __init__(
        self, see: Callable[[str], Response], section: SignIn, exchanges: Callable[[], list[Exchange]]
    ) -> None:
        self._see = see
        self._exchanges = exchanges
        self.section = section

    register = _Step("register")
    """Creating the account."""
    login_first = _Step("login first")
    """The first login: of the standing account, or of a new one whose registration signed no one in."""
    account = _Step("account")
    """The account as the first client sees it."""
    account_without_token = _Step("account without token")
    """The account as a client sees it that is not signed in."""
    logout = _Step("logout")
    """Logging the first client out."""
    account_after_logout = _Step("account after logout")
    """The account for what the first client held before its logout."""
    login = _Step("login")
    """The login after logging out."""
    account_again = _Step("account again")
    """The account as the client of that login sees it."""
    wrong_password = _Step("wrong password")
    """The login with a wrong password."""

    @property
    def steps(self) -> tuple[Response, ...]:
        """Every step that was sent, in the order of the story: for what must hold of each, whatever it is."""
        there = {each.name: Response(each) for each in self._exchanges()}
        return tuple(there[name] for name in JOURNEY_NAMES if name in there and there[name].was_sent)

    @property
    def read_by_pages(self) -> tuple[Response, ...]:
        """The logins and the account view that succeeded, or were forbidden: a page must be able to read them."""
        calls = (self.login_first, self.login, self.account)
        seen = ((each, each.exchange.answer) for each in calls)
        return tuple(e for e, a in seen if a and (a.status == 403 or succeeded(self.section, e.name, a)))

    @property
    def kept_account(self) -> Response:
        """The login of an account from before this deploy."""
        return self._see("kept account" if self.section.creates_accounts else "login first")

    def expect_registered(self) -> None:
        """State that registering created an account that signs in and can be seen."""
        step, api = self.register, self.section
        step.expect(step.status < 400, "a status below 400")
        step.expect(not refuses_account(api, reply(step.answer)), "an answer that does not say that registering failed")
        if api.confirms_elsewhere:
            return
        key = api.register_call.token if api.register_call is not None else None
        step.expect(not owes_token(api, reply(step.answer)), f"a JSON body with {key}, as declared of registering")
        page = reply(step.answer).is_page and not api.by_cookie
        if not page and not signs_in(api, reply(step.answer), key):
            step = self.login_first
        if key is None or step is not self.register:
            self.expect_signed_in(step)
        self.expect_account(self.account, step)

    def expect_signed_in(self, step: Response) -> None:
        """State that the answer gives the token or the session that the file declares."""
        api = self.section
        wanted = f"a 2xx status and a JSON body with {api.token}"
        if api.token_header is not None:
            wanted = f"a 2xx status and a header {api.token_header}"
        if api.by_cookie:
            wanted = f"no login form again, and {f'the cookie {api.cookie}' if api.cookie else 'a cookie'}"
        step.expect(signs_in(api, reply(step.answer)), wanted)

    def expect_account(self, account: Response, before: Response) -> None:
        """State that a step shows the account, and the same one as a step before."""
        api, got = self.section, reply(account.answer)
        account.expect(opens(api, got), "the account, with a 2xx status, for the client that just signed in")
        if got.is_page and not got.is_json:
            return
        account.expect(not shows_another(api, got), "the account of this run, not another user's e-mail address")
        identity, expected = identity_in(api, got), identity_in(api, reply(before.answer))
        # Not every account view has an `id`: only one that the file names must be there.
        named = api.identity_declared is not None or expected is not None
        account.expect(identity is not None or not named, f"a JSON body with {api.identity}")
        if expected is not None:
            actual = f"{api.identity} {identity!r}"
            account.expect(identity == expected, f"{api.identity} {expected!r}, as before", actual)

    def expect_closed(self, step: Response) -> None:
        """State that a client that is not signed in was turned away; a view that opens with a token may hide: 404."""
        statuses = " or ".join(map(str, self.section.account_call.refused))
        got = reply(step.answer)
        hidden = got.status == 404 and got.is_json and succeeded(self.section, "account", self.account.answer)
        step.expect(hidden or keeps_out(self.section, got), f"status {statuses}, or a way to the login")

    def expect_logged_out(self) -> None:
        """State that the logout succeeded, and that it ended the session where the file says so."""
        step, declared = self.logout, self.section.logout
        step.expect(step.status < 400, "a status below 400")
        if declared is not None and declared.revokes:
            self.expect_closed(self.account_after_logout)

    def expect_written(self) -> None:
        """State that the declared write succeeded, and that it was taken back."""
        write, undo = self._see("write"), self._see("undo of the write")
        write.expect(200 <= write.status < 300, "a 2xx status")
        declared = self.section.write_check
        write.expect(undo.was_sent, f"a JSON body with {declared.identity if declared else 'id'}, by which to undo it")
        undo.expect(200 <= undo.status < 300, "a 2xx status; otherwise what the run wrote is still there")

    def expect_wrong_password_refused(self) -> None:
        """State that a wrong password signs no one in; with a session cookie the account view proves it."""
        step, api = self.wrong_password, self.section
        if refuses_login(api, reply(step.answer)):
            return
        step.expect(api.by_cookie, f"one of the statuses {', '.join(map(str, api.login_call.refused))}")
        self.expect_closed(self._see("account after wrong password"))

    def expect_no_echo(self, step: Response) -> None:
        """State that an answer does not repeat the password that was sent."""
        from smokegate.diagnosis.rules.sign_in.echo import echoed_key  # noqa: PLC0415 - only where a journey was made

        echoed = echoed_key(step.exchange)
        if echoed is not None:
            raise ExpectationFailed("an answer without the password", f"the password is in {echoed!r}", step.exchange)
