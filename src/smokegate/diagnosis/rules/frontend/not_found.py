"""The file says which API address the page calls, and no script shows it: worth a word, and no proof of anything."""

from __future__ import annotations

from smokegate.diagnosis.rule import REACHED, Case, Confidence, Level, Rule, Signs
from smokegate.observation.evidence.page_calls import judged


def judge(case: Case) -> Signs | None:
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


RULES = (
    Rule("frontend.address-not-found", Level.ADVICE, judge, after=REACHED, unless=("frontend.down",), advisory=True),
)
