"""The API addresses that the frontend's scripts call: another than the API's, or none that was found."""

from __future__ import annotations

from smokegate.diagnosis.rule import REACHED, Case, Confidence, Judge, Level, Rule, Signs
from smokegate.diagnosis.wording import quote, seen
from smokegate.observation.evidence.addresses import split_address
from smokegate.observation.evidence.called_address import STRONG
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.page_calls import Wrong, judged
from smokegate.observation.model import DYNAMIC

PROVEN = {"client", "request", "setting"}


def shown(text: str) -> str:
    """Return an address for a person: what only a running page knows is an ellipsis."""
    return quote(text.replace(DYNAMIC, "…")) if text else "an empty address"


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
            (
                *(_line(each) for each in wrong[:3]),
                *(_pretence(case) if code == "frontend.calls-itself" else ()),
            ),
            tuple(dict.fromkeys(name for name in names if case.exchange(name))) or ("page",),
            _confidence(first, sole=not found.right),
            against=tuple(f"script {each.script}: it also calls {shown(each.value)}" for each in found.right[:1]),
            names={
                "called": called.replace(DYNAMIC, "…"),
                "found": first.address.value.replace(DYNAMIC, "…"),
                "called_origin": f"{first.address.resolved.partition(':')[0]}://{split_address(first.address.resolved).netloc}",
            },
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
    if not wrong.certain and (wrong.code == "frontend.another-backend" or not wrong.address.value):
        return Confidence.LIKELY
    return Confidence.CERTAIN if wrong.address.how in STRONG else Confidence.POSSIBLE


def _pretence(case: Case) -> tuple[str, ...]:
    exchange, answer = case.exchange("api on frontend"), case.answer("api on frontend")
    if exchange is None or answer is None or not is_html(answer) or answer.status != 200:
        return ()
    return (seen(exchange, "a page, so that registering looks as if it worked"),)


def not_found(case: Case) -> Signs | None:
    """`calls` states an address, the page and its files are there, and the address was not found in them."""
    frontend, page, answer = case.environment.frontend, case.observation.page, case.answer("page")
    if frontend is None or not isinstance(frontend.calls, str) or page is None or page.broken or answer is None:
        return None
    found = judged(case.environment, case.observation)
    if found.right or found.wrong:
        return None
    read = sum(not each.problem for each in page.files)
    lines = [f"{read} files of the page were read; none shows {frontend.calls}"]
    return Signs((*lines, *page.unread[:2]), ("page",), Confidence.POSSIBLE, names={"calls": frontend.calls})


WITHOUT_PAGE = ("frontend.down", "frontend.file-missing", "frontend.file-is-page", "frontend.settings-missing")
CODES = (
    "frontend.call-forbidden",
    "frontend.calls-localhost",
    "frontend.calls-itself",
    "frontend.plain-http",
    "frontend.another-backend",
    "frontend.wrong-path",
    "frontend.address-unset",
    "frontend.address-unfilled",
)
NOT_FOUND = "frontend.address-not-found"
RULES = (
    *(Rule(code, Level.FRONTEND, calling(code), after=REACHED, unless=WITHOUT_PAGE) for code in CODES),
    Rule(NOT_FOUND, Level.ADVICE, not_found, after=REACHED, unless=("frontend.down",), advisory=True),
)
