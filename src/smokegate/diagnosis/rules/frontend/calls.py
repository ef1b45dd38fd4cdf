"""The frontend's scripts call another address than the API's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs, Step
from smokegate.diagnosis.wording import quote, seen
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.page_calls import HOLE, STRONG, judged

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.rule import Judge
    from smokegate.observation.evidence.page_calls import Wrong

PROVEN = {"client", "request", "setting"}
REBUILD: Step = (
    "Set the API address in the environment of the frontend's build (`VITE_API_BASE_URL`, `NEXT_PUBLIC_API_URL`, …) to"
    " {calls}, with its path, and build again: it is read at build time only."
)
CACHE: Step = "Load `{frontend}` without cache, and check in the browser's network tab where its calls go."


def shown(text: str) -> str:
    """Return an address for a person: what only a running page knows is an ellipsis."""
    return quote(text.replace(HOLE, "…"))


def calling(code: str) -> Judge:
    """Judge by the API addresses that were found in the scripts."""

    def judge(case: Case) -> Signs | None:
        found = judged(case.environment, case.observation)
        wrong = [each for each in found.wrong if each.code == code]
        if not wrong or found.wrong[0].code != code:
            return None
        first = wrong[0]
        names = [f"script {each.address.script}" for each in wrong]
        called = first.address.setting or first.address.resolved
        return Signs(
            evidence=(
                *(_line(each) for each in wrong[:3]),
                *(_pretence(case) if code == "frontend.calls-itself" else ()),
            ),
            exchanges=tuple(dict.fromkeys(name for name in names if case.exchange(name))) or ("page",),
            confidence=_confidence(first, sole=not found.right),
            against=tuple(f"script {each.script}: it also calls {shown(each.value)}" for each in found.right[:1]),
            names={"called": called.replace(HOLE, "…"), "found": first.address.value.replace(HOLE, "…")},
        )

    return judge


def _line(wrong: Wrong) -> str:
    address = wrong.address
    means = "" if address.value == address.resolved else f", which is {shown(address.resolved)}"
    setting = f"; the setting {address.setting} was not there when it was built" if address.setting else ""
    detail = f"; {wrong.detail}" if wrong.detail else ""
    return f"script {address.script}: it calls {shown(address.value)}{means}{setting}{detail}"


def _confidence(wrong: Wrong, *, sole: bool) -> Confidence:
    """Certain only of what a client or a request is given, by no condition, and where nothing else is called."""
    if not sole or not wrong.address.alone or wrong.address.how not in PROVEN:
        return Confidence.LIKELY
    if wrong.code == "frontend.another-backend" and not wrong.certain:
        return Confidence.LIKELY
    return Confidence.CERTAIN if wrong.address.how in STRONG else Confidence.POSSIBLE


def _pretence(case: Case) -> tuple[str, ...]:
    exchange, answer = case.exchange("api on frontend"), case.answer("api on frontend")
    if exchange is None or answer is None or not is_html(answer) or answer.status != 200:
        return ()
    return (seen(exchange, "a page, so that registering looks as if it worked"),)


def _rule(code: str, title: str, symptom: str, first: Step, competing: tuple[str, ...]) -> Rule:
    return Rule(
        code=code,
        title=title,
        level=Level.FRONTEND,
        owner=Owner.CONFIGURATION,
        symptom=symptom,
        reads=("the API addresses in the frontend's page, scripts and settings", "`frontend.calls`, or `backend.url`"),
        judge=calling(code),
        steps=(first, REBUILD, CACHE),
        competing=competing,
        after=REACHED,
        unless=("frontend.down", "frontend.file-missing", "frontend.file-is-page", "frontend.settings-missing"),
    )


RULES = (
    _rule(
        "frontend.calls-localhost",
        "The frontend calls {called}, the visitor's own machine",
        "The page is there, and every call of it fails, except on the developer's machine.",
        "Check the environment of the frontend's build: an API address that is not set falls back to the developer's.",
        ("a build without the variable", "a `.env.local` file that went into the build"),
    ),
    _rule(
        "frontend.calls-itself",
        "The frontend calls its own host for the API: {called}",
        "Registering looks as if it worked and shows a dashboard; login says 'Not Found', or nothing at all.",
        "Check the environment of the frontend's build: a relative API address (`/api`) means the page's own host.",
        (
            "a build with a relative address",
            "a rewrite from the frontend's host to the backend that is missing",
        ),
    ),
    _rule(
        "frontend.plain-http",
        "The frontend is served over https and calls {called}",
        "Browsers block every call ('mixed content'); curl shows nothing wrong.",
        "Change the scheme of the API address in the environment of the frontend's build to `https`.",
        ("an address with the wrong scheme in the build's environment",),
    ),
    _rule(
        "frontend.another-backend",
        "The frontend calls another backend: {called}",
        "The page works, with another deployment's data, or its calls fail.",
        "Compare {called} with {calls}: a build of another environment, or an address from before a service"
        " was renamed.",
        (
            "a build that was made for another environment",
            "a backend that was renamed",
            "`frontend.calls` in {file} that is out of date",
        ),
    ),
    _rule(
        "frontend.wrong-path",
        "The frontend calls another path of the backend than the API's: {called}",
        "Every call is answered 404, although page and API are both there.",
        "Compare the path of {called} with {calls}: a prefix such as `/api` that is missing, or an old version's.",
        (
            "an API address without its path in the build's environment",
            "a build from before the API moved to another path or version",
            "`frontend.calls` in {file} that is out of date",
        ),
    ),
    _rule(
        "frontend.address-unset",
        "The frontend was built without its API address: its scripts call {found}",
        "The page is there, and every call goes to `…/undefined/…` on the page's own host, or nowhere.",
        "Check the environment of the frontend's build: the variable with the API address is not set there, or its"
        " name does not begin as the bundler wants it (`VITE_`, `NEXT_PUBLIC_`, `REACT_APP_`).",
        ("a build without the variable", "a variable that is set when the server starts, but not when it is built"),
    ),
    _rule(
        "frontend.address-unfilled",
        "The placeholder {found} stands where the frontend's API address should be",
        "The page is there, and every call goes to an address that is a placeholder's name.",
        "Check what fills in the settings when the frontend starts (`envsubst`, an entrypoint script): it did not"
        " run, or its variable is not set.",
        ("a start that does not fill in the template", "a variable that is not set for the container"),
    ),
)
