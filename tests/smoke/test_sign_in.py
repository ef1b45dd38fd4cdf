"""Signing in works end to end: register, see the account, log out, log in again, and nobody else gets in."""

from __future__ import annotations

import pytest

from smokegate.diagnosis.case import JOURNEY
from smokegate.diagnosis.rules.sign_in.echo import echoed_key
from smokegate.environment.model import Environment, SignIn
from smokegate.observation.model import Observation
from smokegate.plugin.seen import Seen, SignInSeen

CLOSED = {401, 403}


@pytest.fixture
def api(environment: Environment) -> SignIn:
    """What the environment file says of the sign-in API."""
    assert environment.sign_in is not None
    return environment.sign_in


@pytest.mark.needs("sign_in.creates_accounts")
def test_registering_creates_an_account(sign_in: SignInSeen, api: SignIn) -> None:
    """Registering answers with a token, and the token opens the new account: only then does it exist.

    Symptom: users see a dashboard after registering, and are unknown when they come back: the answer was an
    error, or a page.
    """
    _gives_a_token(sign_in.register, api)
    _opens(sign_in.account, sign_in.register, api)


@pytest.mark.needs("sign_in.signs_in_only")
def test_standing_account_signs_in(sign_in: SignInSeen, api: SignIn) -> None:
    """The standing account logs in, and its token opens the account.

    Symptom: nobody can sign in any more.
    """
    _gives_a_token(sign_in.login_first, api)
    _opens(sign_in.account, sign_in.login_first, api)


def test_account_is_closed_without_a_token(sign_in: SignInSeen) -> None:
    """After logout, which drops the token, the account is closed.

    Symptom: the account can be seen without signing in.
    """
    seen = sign_in.account_without_token
    seen.must(seen.status in CLOSED, "status 401 or 403")


def test_login_after_logout_succeeds(sign_in: SignInSeen, api: SignIn) -> None:
    """Who has logged out can log in again.

    Symptom: "Not Found" on login after registering seemed to work; or "Incorrect email or password" for an
    account of a minute ago.
    """
    _gives_a_token(sign_in.login, api)


def test_new_token_opens_the_same_account(sign_in: SignInSeen, api: SignIn) -> None:
    """The token of the second login opens the account that the first one opened.

    Symptom: one is signed in, and the account is empty or another one's; or every second request says 401.
    """
    _opens(sign_in.account_again, sign_in.account, api)


def test_wrong_password_is_refused(sign_in: SignInSeen) -> None:
    """A wrong password is refused.

    Symptom: anybody gets in.
    """
    seen = sign_in.wrong_password
    seen.must(seen.status in {400, 401, 403, 422}, "status 400, 401, 403 or 422")


def test_password_does_not_come_back(sign_in: SignInSeen, observation: Observation) -> None:
    """No answer of the sign-in API repeats the password that it was sent.

    Symptom: passwords in the logs of proxies and error trackers, since a 422 lists the input that it refuses.
    """
    for name in filter(observation.exchanges.get, JOURNEY):
        seen = sign_in.see(name)
        answer = seen.exchange.answer
        echoed = echoed_key(answer) if answer else None
        seen.must(echoed is None, "an answer without the password", f"the password stands at {echoed!r}")
    sign_in.account_without_token.unblocked()


@pytest.mark.advisory
@pytest.mark.needs("sign_in.within")
def test_signing_in_is_within_its_budget(sign_in: SignInSeen, api: SignIn, observation: Observation) -> None:
    """Each step of signing in answers within its latency budget.

    Symptom: the login button turns and turns: a slow password hash, a cold database.
    """
    for name in filter(observation.exchanges.get, JOURNEY):
        sign_in.see(name).must_answer_within(api.within)


def _gives_a_token(seen: Seen, api: SignIn) -> None:
    seen.must(seen.ok, "a 2xx status")
    token = seen.value(*api.token.split("."))
    seen.must(isinstance(token, str) and token, f"a JSON body with {api.token}")


def _opens(account: Seen, before: Seen, api: SignIn) -> None:
    account.must(account.ok, "a 2xx status for the token that was just given")
    identity = account.value(*api.identity.split("."))
    account.must(identity is not None, f"a JSON body with {api.identity}")
    expected = before.value(*api.identity.split("."))
    if expected is not None:
        account.must(identity == expected, f"{api.identity} {expected!r}, as before", f"{api.identity} {identity!r}")
