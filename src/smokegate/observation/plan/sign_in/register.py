"""Creates the account of a run, unless the health check has failed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from smokegate.environment.model import SignIn
from smokegate.observation.evidence.sign_in import refuses_account
from smokegate.observation.plan.sign_in.accounts import Accounts
from smokegate.observation.plan.sign_in.names import REGISTER
from smokegate.observation.plan.sign_in.session import Session
from smokegate.observation.plan.step import RawResponse, RequestToSend, Step


class Registration:
    """The request that creates the account, and its outcome; it signs the session in if registering does so."""

    def __init__(self, api: SignIn, accounts: Accounts, session: Session) -> None:
        self._api = api
        self._accounts = accounts
        self._session = session
        self.done = False
        """Whether the account exists."""
        self.failed = False
        """Whether it failed with a server error."""

    def steps(self) -> Iterator[Step]:
        """Yield the request, gated by the health check."""
        yield from self._session.sending(
            REGISTER, self._request(), self._build, (), gate="health", on_response=self._answered
        )

    def _request(self) -> RequestToSend:
        call, (email, password) = self._api.register_call, self._accounts.new
        assert call is not None
        values = {call.email: email, call.password: password}
        values |= {call.password_again: password} if call.password_again else {}
        # Its name is new: sent twice it makes one account.
        return replace(self._session.write("POST", call, values), idempotent=True)

    def _build(self) -> RequestToSend:
        self._accounts.write_down()
        return self._request()

    def _answered(self, raw: RawResponse) -> None:
        assert self._api.register_call is not None
        self.failed = raw.status >= 500
        if self.failed:
            return
        if not 200 <= raw.status < 400:
            if not raw.resent:
                self._accounts.forget()
            return
        reply = self._session.take(raw)
        if refuses_account(self._api, reply):
            self._accounts.forget()
            return
        self.done = not reply.is_page or self._api.by_cookie
        if self._accounts.signs_in_new:
            self._session.enter(raw, self._api.register_call.token)
