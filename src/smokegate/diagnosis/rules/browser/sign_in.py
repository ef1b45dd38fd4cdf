"""What is wrong with signing in through the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.browser_evidence import CALLS, FILES
from smokegate.diagnosis.browser_words import from_here, same_call
from smokegate.diagnosis.rule import Case, Confidence, Signs
from smokegate.diagnosis.rules.browser import rule
from smokegate.diagnosis.rules.browser.pages import BLANK, names_of
from smokegate.diagnosis.wording import quote

if TYPE_CHECKING:
    from smokegate.observation.browser import SignInStep


def _steps(case: Case) -> tuple[SignInStep, ...]:
    view = case.observation.browser
    return view.journey.steps if view is not None and view.journey is not None else ()


def pretended(case: Case) -> Signs | None:
    """The form is gone, as if it had worked, and the call that should sign in failed."""
    for step in _steps(case):
        call = step.failed_call
        if call is None or not step.form_gone:
            continue
        page = " with a page instead of data" if call.is_page_for_script else ""
        same = same_call(case.observation, call)
        here = (from_here(same),) if same is not None else ()
        shown = (
            f"{step.name} in the browser: the page went on to {step.page.path} and shows {quote(step.page.text, 120)}"
        )
        return Signs(
            (f"{step.name} in the browser: {call}{page}", shown, *here),
            (same.name,) if same is not None else (),
            names={**names_of(case, step.page.path), "called": f"{call.method} {call.url}"},
        )
    return None


def token_undefined(case: Case) -> Signs | None:
    """What the page has stored as its token is the word "undefined"."""
    for step in _steps(case):
        if step.page.junk:
            keys = ", ".join(f"`{each}`" for each in step.page.junk)
            calls = [f"{step.name} in the browser: {each}" for each in step.page.calls if each.has_account]
            line = f"{step.name} in the browser: {keys} holds `undefined`, or another empty value"
            return Signs((line, *calls[:1]), names={"said": '"undefined"'})
    return None


def refused(case: Case) -> Signs | None:
    """The form stays, or nothing of the account is shown."""
    for step in _steps(case):
        failed = not step.form_gone or (_states(case) and not step.account_shown)
        if step.problem or not failed or step.name == "reload":
            continue
        said = f"; it says {quote(step.alert)}" if step.alert else ""
        where = "the form stays" if not step.form_gone else "what must be shown is not"
        shown = quote(step.page.text, 120) if step.page.drawn else "a blank page"
        call = next((each for each in step.page.calls if each.has_account), None)
        same = same_call(case.observation, call) if call is not None else None
        more = (f"{step.name} in the browser: {call}",) if call is not None else ()
        here = (from_here(same),) if same is not None else ()
        return Signs(
            (*more, f"{step.name} in the browser: {where}{said}; it shows {shown}", *here),
            confidence=Confidence.CERTAIN if step.failed_call is not None else Confidence.LIKELY,
            names={**names_of(case, step.page.path), "step": step.name.capitalize()},
        )
    return None


def lost_by_reload(case: Case) -> Signs | None:
    """The account is gone once the page is loaded anew."""
    step = next((each for each in _steps(case) if each.name == "reload"), None)
    before = next((each for each in _steps(case) if each.account_shown), None)
    if step is None or before is None or step.account_shown:
        return None
    shown = quote(step.page.text, 120) if step.page.drawn else "a blank page"
    errors = [f"console: {quote(each.text)}" for each in step.page.console if each.kind in {"uncaught", "error"}]
    return Signs((f"reload in the browser: {step.page.path} shows {shown}", *errors[:2]))


def _states(case: Case) -> bool:
    section = case.environment.browser.sign_in if case.environment.browser is not None else None
    return section is not None and bool(section.shows)


SERVED = (*BLANK, *CALLS, "browser.stale-service-worker")
RULES = (
    rule("pretended-sign-in", pretended, *FILES),
    rule("token-undefined", token_undefined, *FILES, "browser.pretended-sign-in"),
    rule("sign-in-refused", refused, *SERVED, "browser.pretended-sign-in", "browser.token-undefined", "sign-in"),
    rule("signed-out-by-reload", lost_by_reload, *SERVED, "browser.token-undefined"),
)
