"""What a browser saw, as a check sees it."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from smokegate.diagnosis.browser_evidence import BLANK, CALLS, ERRORS, FILES, Trouble, distrusts, of_page, troubles
from smokegate.diagnosis.browser_words import shown
from smokegate.environment.browser import BrowserSection
from smokegate.environment.model import Environment
from smokegate.observation.browser import BrowserView, PageSeen, SignInStep
from smokegate.observation.model import Observation
from smokegate.plugin.failures import Blocked, Judging, NotApplicable, NotJudged

IN_STORE = "add it to the browser's own store: `certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n NAME -i FILE`"

NO_ACCOUNT = (
    "no account to sign in with: declare a standing account, or, with creates_accounts, `register` of `browser.sign_in`"
)


class BrowserResults(Judging):
    """What the pages of one environment showed."""

    def __init__(self, environment: Environment, observation: Observation) -> None:
        self._environment = environment
        self._observation = observation

    @property
    def section(self) -> BrowserSection:
        """What the environment file says of it."""
        section = self._environment.browser
        assert section is not None, "a check that reads the browser must declare needs=('browser',)"
        return section

    def require_browser(self) -> None:
        """Go on only if a browser looked.

        Raises:
            Blocked: there is none, or it broke; with `required = false` a missing one raises NotJudged.
        """
        view: BrowserView | None = self._observation.browser
        if view is not None and view.absent is not None:
            raise (Blocked if self.section.required else NotJudged)(str(view.absent))
        if self._distrusts:
            raise (Blocked if self.section.required else NotJudged)(
                f"the browser does not trust the authority of the certificate, which the HTTP checks trust: {IN_STORE}"
            )
        if view is None or len(view.pages) < len(self.section.pages):
            why = view.failure if view is not None and view.failure else "the run was cut short"
            raise Blocked(f"the browser did not see every page: {why}")

    @property
    def view(self) -> BrowserView:
        """What it saw.

        Raises:
            NotApplicable: there is no browser, which a check of its own says.
        """
        view: BrowserView | None = self._observation.browser
        if view is None or view.absent is not None:
            raise NotApplicable("no browser ran")
        if self._distrusts:
            raise NotApplicable("the browser opened no page")
        return view

    @cached_property
    def _distrusts(self) -> bool:
        pages = self._observation.browser.pages if self._observation.browser is not None else ()
        return any(distrusts(self._environment, self._observation, each) for each in pages)

    @cached_property
    def _troubles(self) -> tuple[Trouble, ...]:
        return troubles(self._environment, self._observation)

    def expect_files(self) -> None:
        """State that every script and style can be used; raises ExpectationFailed where one cannot."""
        self._expect_none(FILES, "scripts and styles that a browser can use")

    def expect_drawn(self) -> None:
        """State that something is visible on every page; raises ExpectationFailed where nothing is."""
        self._expect_none(BLANK, "a page that is not blank")

    def expect_no_errors(self) -> None:
        """State that no script ended in an error that nothing caught; raises ExpectationFailed where one did."""
        self._expect_none(ERRORS, "no uncaught error")

    def expect_calls(self) -> None:
        """State that the API answers the pages' calls; raises ExpectationFailed where it does not."""
        self._expect_none(CALLS, "calls that the API answers")

    def _expect_none(self, codes: Collection[str], expected: str) -> None:
        _ = self.view
        found = [each for each in self._troubles if each.code in codes]
        self.expect(not found, expected, "; ".join(f"{each.line}{_beside(each)}" for each in found[:3]))

    def expect_shown(self) -> None:
        """State that every page shows what it must, and nothing that it must not.

        Raises:
            ExpectationFailed: one does not.
        """
        for page in self.view.pages:
            wrong = (*page.missing, *(f"no {what}" for what in page.unwanted))
            self.expect(not wrong, f"{' and '.join(wrong)} on {page.path}", f"a page that shows {shown(page, 300)}")

    def expect_second_visit(self) -> None:
        """State that a returning visitor, whose pages a service worker serves, sees the same.

        Raises:
            ExpectationFailed: something is wrong that was not on the first visit.
        """
        second = self.view.second
        if second is None:
            raise NotApplicable("no service worker takes over the page")
        before = {each.code for each in self._troubles}
        new = [each for each in of_page(self._environment, self._observation, second) if each.code not in before]
        lines = [each.line for each in new] or [f"{each} is not shown" for each in second.missing]
        self.expect(not lines, "the same page on the second visit", "; ".join(lines[:3]))

    def expect_painted(self) -> None:
        """State that every page with a budget painted something within it.

        Raises:
            ExpectationFailed: one was slower.
        """
        budgets = {each.path: each.within for each in self.section.pages if each.within is not None}
        timed = [page for page in self.view.pages if page.path in budgets and page.painted is not None]
        if not timed:
            raise NotApplicable("no page has a budget")
        for page in timed:
            within, painted = budgets[page.path] or 0.0, page.painted or 0.0
            self.expect(painted <= within, f"{page.path} painted within {within:g} s", f"{painted:.2f} s")

    def step(self, *names: str) -> SignInStep:
        """Return the first of these steps of signing in that was taken.

        Raises:
            Blocked: none was, for a reason that says nothing of the page.
            NotApplicable: it is not part of the journey.
        """
        if self.view.journey is None:
            missing = " and ".join(self._environment.missing)
            why = f"{missing} not set: no test credentials configured" if missing else self.view.failure
            if self._environment.ca_file is not None:
                why = "the browser cannot verify with the authorities of ca_file: it is given no password. "
                why += f"To sign in with it, {IN_STORE}, and trust it with `SSL_CERT_FILE` instead of `ca_file`"
            raise Blocked(why or NO_ACCOUNT)
        found = self.view.journey.step(*names)
        if found is None:
            raise NotApplicable("this step is not part of the journey")
        if found.problem:
            raise Blocked(f"{found.name}: {found.problem}")
        return found

    def expect_signed_in(self, *names: str) -> None:
        """State that a step of signing in led to the account.

        Raises:
            ExpectationFailed: it did not.
            NotJudged: it seems so, and the page shows nothing of the account.
        """
        step = self.step(*names)
        section, page = self.section.sign_in, step.page
        expected = f"the account's page after {step.name!r}"
        self.expect(
            step.failed_call is None,
            expected,
            f"{_end(step)}, and the call that should do it failed: {step.failed_call}",
        )
        self.expect(not page.junk, expected, f"{_end(step)}, and {', '.join(page.junk)} holds no token")
        self.expect(step.form_gone, expected, _end(step))
        stated = bool(section and section.shows)
        if not step.account_shown and not stated:
            raise NotJudged(f"{page.path} shows neither the account's address nor its name: set browser.sign_in.shows")
        self.expect(step.account_shown, expected, f"{_end(step)} without what browser.sign_in.shows states")


def _beside(trouble: Trouble) -> str:
    return f" ({trouble.here})" if trouble.here else ""


def _end(step: SignInStep) -> str:
    """Return where a step ended, in words."""
    page: PageSeen = step.page
    if not page.drawn:
        return f"a blank page at {page.path}"
    said = f", which says {step.alert!r}" if step.alert else ""
    return f"{page.path}" if step.form_gone else f"the form at {page.path}{said}"
