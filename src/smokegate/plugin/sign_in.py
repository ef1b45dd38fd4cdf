"""The sign-in journey as a check sees it, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from smokegate.observation.evidence.predicates import CLOSED, REFUSED, token_in
from smokegate.plugin.failures import ExpectationFailed
from smokegate.plugin.response import Response

if TYPE_CHECKING:
    from smokegate.environment.model import SignIn

STEPS = (
    "register",
    "login first",
    "account",
    "account without token",
    "login",
    "account again",
    "wrong password",
)
"""The exchanges of the journey, in the order of the story."""


class SignInResponses:
    """The steps of the journey; reading one fails or blocks the check as `Response` does.

    Args:
        see: returns a step's response by its name.
        section: what the environment file says of the sign-in API.
        sent: tells which steps there are.
    """

    def __init__(self, see: Callable[[str], Response], section: SignIn, sent: Callable[[], tuple[str, ...]]) -> None:
        self._see = see
        self._sent = sent
        self.section = section

    @property
    def register(self) -> Response:
        """Creating the account."""
        return self._see("register")

    @property
    def login_first(self) -> Response:
        """The first login, of the standing account."""
        return self._see("login first")

    @property
    def account(self) -> Response:
        """The account as its first token shows it."""
        return self._see("account")

    @property
    def account_without_token(self) -> Response:
        """The account as it shows without a token."""
        return self._see("account without token")

    @property
    def login(self) -> Response:
        """The login after logging out."""
        return self._see("login")

    @property
    def account_again(self) -> Response:
        """The account as the token of that login shows it."""
        return self._see("account again")

    @property
    def wrong_password(self) -> Response:
        """The login with a wrong password."""
        return self._see("wrong password")

    @property
    def steps(self) -> tuple[Response, ...]:
        """Every step that was sent, in the order of the story."""
        there = self._sent()
        return tuple(step for name in STEPS if name in there and (step := self._see(name)).was_sent)

    def expect_token(self, step: Response) -> None:
        """State that a step succeeded and its JSON holds the token."""
        step.expect(step.ok, "a 2xx status")
        step.expect(token_in(step.answer, self.section.token), f"a JSON body with {self.section.token}")

    def expect_account(self, account: Response, before: Response) -> None:
        """State that a step shows the account, and the same one as a step before."""
        key = self.section.identity
        account.expect(account.ok, "a 2xx status for the token that was just given")
        identity = account.value(key)
        account.expect(identity is not None, f"a JSON body with {key}")
        expected = before.value(key)
        if expected is not None:
            account.expect(identity == expected, f"{key} {expected!r}, as before", f"{key} {identity!r}")

    def expect_closed(self, step: Response) -> None:
        """State that a step without a token was turned away."""
        step.expect(step.status in CLOSED, "status 401 or 403")

    def expect_refused(self, step: Response) -> None:
        """State that a step with a wrong password was refused."""
        step.expect(step.status in REFUSED, "status 400, 401, 403 or 422")

    def expect_no_echo(self, step: Response) -> None:
        """State that an answer does not repeat the password that was sent."""
        from smokegate.diagnosis.rules.sign_in.echo import echoed_key  # noqa: PLC0415 - only where a journey was made

        echoed = echoed_key(step.exchange)
        if echoed is not None:
            raise ExpectationFailed("an answer without the password", f"the password is in {echoed!r}", step.exchange)
