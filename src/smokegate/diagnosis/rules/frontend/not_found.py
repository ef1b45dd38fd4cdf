"""The file says which API address the page calls, and no script shows it: worth a word, and no proof of anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs
from smokegate.observation.evidence.page_calls import judged

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


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
    return Signs(
        evidence=(*lines, *page.unread[:2]),
        exchanges=("page",),
        confidence=Confidence.POSSIBLE,
        names={"calls": frontend.calls},
    )


RULES = (
    Rule(
        code="frontend.address-not-found",
        title="The address {calls} was not found in the frontend's scripts, so what they call was not checked",
        level=Level.ADVICE,
        owner=Owner.CONFIGURATION,
        symptom="Nothing, where the address is made in a way that cannot be read; else every call of the page fails.",
        reads=("the API addresses in the frontend's page, scripts and settings", "`frontend.calls`"),
        judge=judge,
        steps=(
            "Load `{frontend}` and check in the browser's network tab where its calls go.",
            "If the pages are rendered by a server and call no API, write `calls = false` in {file}.",
        ),
        competing=(
            "scripts that make the address in a way that cannot be read",
            "`frontend.calls` that is out of date",
        ),
        after=REACHED,
        unless=("frontend.down",),
        advisory=True,
    ),
)
