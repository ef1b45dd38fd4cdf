"""Signing in works end to end: register, see the account, log out, log in again, and no one else gets in."""

from __future__ import annotations

from smokegate.api import Deployment, check

#: The journey begins with the health check: no account is created on a deployment that is not healthy.
READS = ("health", "sign_in")


@check("sign-in.register", after=("health.ok",), needs=("sign_in.creates_accounts",), reads=READS)
def test_registering_creates_an_account(deployment: Deployment) -> None:
    """Registering creates an account that signs in and can be seen: only then does it exist.

    Symptom: users see a dashboard after registering, and are unknown when they come back: the answer was an
    error, or a page.
    """
    sign_in = deployment.sign_in
    sign_in.expect_registered()


@check("sign-in.first-login", after=("health.ok",), needs=("sign_in.signs_in_only",), reads=READS)
def test_standing_account_signs_in(deployment: Deployment) -> None:
    """The standing account logs in, and its token or session opens the account.

    Symptom: no one can sign in any more.
    """
    sign_in = deployment.sign_in
    sign_in.expect_signed_in(sign_in.login_first)
    sign_in.expect_account(sign_in.account, sign_in.login_first)


@check("sign-in.closed", after=("health.ok",), needs=("sign_in",), reads=READS)
def test_account_is_closed_without_a_token(deployment: Deployment) -> None:
    """A client that is not signed in does not see the account.

    Symptom: the account can be seen without signing in.
    """
    sign_in = deployment.sign_in
    sign_in.expect_closed(sign_in.account_without_token)


@check("sign-in.logout", after=("sign-in.register", "sign-in.first-login"), needs=("sign_in.logout",), reads=READS)
def test_logout_ends_the_session(deployment: Deployment) -> None:
    """Logging out succeeds, and what the client held before no longer opens the account.

    Symptom: on a shared computer the next person is still signed in as the one before.
    """
    deployment.sign_in.expect_logged_out()


@check("sign-in.login-again", after=("sign-in.register", "sign-in.first-login"), needs=("sign_in",), reads=READS)
def test_login_after_logout_succeeds(deployment: Deployment) -> None:
    """A user can log in again after logging out.

    Symptom: "Not Found" on login after registering seemed to work; or "Incorrect email or password" for an
    account of a minute ago.
    """
    sign_in = deployment.sign_in
    sign_in.expect_signed_in(sign_in.login)


@check("sign-in.same-account", after=("sign-in.login-again",), needs=("sign_in",), reads=READS)
def test_new_token_opens_the_same_account(deployment: Deployment) -> None:
    """The second login opens the account that the first one opened.

    Symptom: a user is signed in, and the account is empty or another one's; or every second request says 401.
    """
    sign_in = deployment.sign_in
    sign_in.expect_account(sign_in.account_again, sign_in.account)


@check(
    "sign-in.wrong-password",
    after=("sign-in.login-again",),
    needs=("sign_in",),
    reads=(*READS, "refusal"),
    once=True,
)
def test_wrong_password_is_refused(deployment: Deployment) -> None:
    """A wrong password is refused.

    Symptom: anyone gets in.
    """
    deployment.sign_in.expect_wrong_password_refused()


@check(
    "sign-in.write",
    after=("sign-in.same-account",),
    needs=("sign_in.write_check",),
    reads=(*READS, "write"),
    once=True,
)
def test_a_write_succeeds_and_is_undone(deployment: Deployment) -> None:
    """The signed-in account can write, and take it back.

    Symptom: users sign in and see their data, and nothing that they save is kept: a read-only database, a full disk.
    """
    deployment.sign_in.expect_written()


@check("sign-in.kept-account", after=("health.ok", "sign-in.first-login"), needs=("sign_in.keep",), reads=READS)
def test_kept_account_still_signs_in(deployment: Deployment) -> None:
    """An account of before this deploy still signs in.

    Symptom: everything is green, and all users are gone: the application started on an empty database.
    """
    sign_in = deployment.sign_in
    sign_in.expect_signed_in(sign_in.kept_account)


@check("sign-in.no-echo", after=("health.ok",), needs=("sign_in",), reads=READS)
def test_password_does_not_come_back(deployment: Deployment) -> None:
    """No answer of the sign-in API repeats the password that it was sent.

    Symptom: passwords in the logs of proxies and error trackers, since a 422 lists the input that it refuses.
    """
    sign_in = deployment.sign_in
    for step in sign_in.steps:
        sign_in.expect_no_echo(step)


@check("sign-in.budget", after=("sign-in.same-account",), needs=("sign_in.within",), reads=READS, severity="advisory")
def test_signing_in_is_within_its_budget(deployment: Deployment) -> None:
    """Each step of signing in answers within its latency budget.

    Symptom: the login button turns and turns: a slow password hash, a cold database.
    """
    sign_in = deployment.sign_in
    for step in sign_in.steps:
        if step.answered:
            step.expect_within(sign_in.section.within)
