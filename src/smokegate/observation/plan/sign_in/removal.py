"""Deletes an account that this flow did not create: an earlier run's, or the browser's."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from smokegate.environment.model import SignIn
from smokegate.observation.exchange import NotSent
from smokegate.observation.plan.sign_in.session import Session
from smokegate.observation.plan.step import RawResponse, RequestToSend, Step

NO_SUCH_ACCOUNT = frozenset({400, 401, 404, 410, 422})
"""Login statuses that mean the account does not exist; others, such as a rate limit, do not."""


def removal(
    api: SignIn, session: Session, account: tuple[str, str], names: tuple[str, str], forget: Callable[[], None]
) -> Iterator[Step]:
    """Yield the login, and the request that deletes the account."""
    login, delete = api.login_call, api.delete_call
    if delete is None:
        return
    (name, last), (email, password) = names, account
    values = {login.email: email, login.password: password}

    def build_login() -> RequestToSend:
        return session.write("POST", login, values)

    def on_login(raw: RawResponse) -> None:
        session.enter(raw)
        if not session.signed_in and raw.status in NO_SUCH_ACCOUNT:
            forget()

    def build_deletion() -> RequestToSend | NotSent:
        if not session.signed_in:
            return NotSent(name)
        return session.deletion(delete, password, session.identity)

    def on_deletion(raw: RawResponse) -> None:
        if 200 <= raw.status < 300:
            forget()

    yield from session.sending(name, build_login(), build_login, (), gate="health", on_response=on_login)
    yield from session.sending(last, session.target(delete), build_deletion, (name,), on_response=on_deletion)
