"""What a user's browser shows."""

from __future__ import annotations

from smokegate.api import Deployment, check

NEEDS = ("browser",)


@check("browser.started", needs=NEEDS)
def test_a_browser_looks(deployment: Deployment) -> None:
    """A browser is available.

    Symptom: none of the deployment's: install a browser on this machine.
    """
    deployment.browser.require_browser()


@check("browser.files", after=("browser.started", "frontend.files"), needs=NEEDS)
def test_browser_gets_every_script_and_style(deployment: Deployment) -> None:
    """Every script and style that the page loads is there and is code.

    Symptom: a white page; "Failed to fetch dynamically imported module" in the console.
    """
    deployment.browser.expect_files()


@check("browser.rendered", after=("browser.files",), needs=NEEDS)
def test_page_is_not_blank(deployment: Deployment) -> None:
    """Every declared page opens and shows something: it is not blank, and not only a spinner.

    Symptom: a white screen, or a spinner that never ends.
    """
    deployment.browser.expect_drawn()


@check("browser.no-errors", after=("browser.rendered",), needs=NEEDS)
def test_scripts_run_without_errors(deployment: Deployment) -> None:
    """No script of the application ends in an error that nothing catches.

    Symptom: a part of the page is missing or does not react; "Uncaught TypeError" in the console.
    """
    deployment.browser.expect_no_errors()


@check(
    "browser.calls",
    after=("browser.rendered", "health.ok", "routing.right-service", "frontend.api-address", "frontend.cors"),
    needs=NEEDS,
)
def test_calls_of_the_page_are_answered(deployment: Deployment) -> None:
    """The page's calls reach the API and are answered: none goes to localhost or is blocked by the browser.

    Symptom: the page is there and its data is not; "blocked by CORS policy" or "Mixed Content" in the console.
    """
    deployment.browser.expect_calls()


@check("browser.shows", after=("browser.no-errors", "browser.calls"), needs=("browser.pages",))
def test_page_shows_what_it_must(deployment: Deployment) -> None:
    """Every page shows what the file says, and nothing that it must not.

    Symptom: "Backend Health: ERROR" on the dashboard.
    """
    deployment.browser.expect_shown()


@check("browser.second-visit", after=("browser.no-errors", "browser.shows"), needs=NEEDS)
def test_returning_visitor_sees_the_same(deployment: Deployment) -> None:
    """A page that a service worker serves works on the second visit as on the first.

    Symptom: new visitors see the application, and those who were there before see an old or a white page.
    """
    deployment.browser.expect_second_visit()


@check("browser.budget", after=("browser.rendered",), needs=NEEDS, severity="advisory")
def test_page_is_painted_within_its_budget(deployment: Deployment) -> None:
    """Something is painted within the page's budget.

    Symptom: visitors see an empty page for too long.
    """
    deployment.browser.expect_painted()


@check(
    "browser.sign-in",
    after=("browser.second-visit", "sign-in.register", "sign-in.first-login", "sign-in.same-account"),
    needs=("browser.sign_in",),
)
def test_user_signs_in_through_the_page(deployment: Deployment) -> None:
    """Registering, or logging in, through the page's form leads to the account's own page.

    Symptom: a dashboard without an account in it: the page pretends, although the call was refused.
    """
    deployment.browser.expect_signed_in("register", "log in")


@check("browser.login-again", after=("browser.sign-in", "sign-in.login-again"), needs=("browser.sign_in",))
def test_user_logs_in_again_through_the_page(deployment: Deployment) -> None:
    """A user can log in again through the page after logging out.

    Symptom: "Not Found" on login, although registering worked.
    """
    deployment.browser.expect_signed_in("log in again")


@check("browser.reload", after=("browser.login-again",), needs=("browser.sign_in",))
def test_user_stays_signed_in_after_a_reload(deployment: Deployment) -> None:
    """The page shows the same account after it is loaded anew.

    Symptom: a blank page, or the login form, after pressing F5.
    """
    deployment.browser.expect_signed_in("reload")
