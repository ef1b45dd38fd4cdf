"""What is wrong with the pages themselves: their files, scripts and calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.browser_evidence import CALLS, FILES, Trouble, of_page, troubles
from smokegate.diagnosis.browser_words import shown
from smokegate.diagnosis.rule import Case, Confidence, Judge, Signs
from smokegate.diagnosis.rules.browser import rule
from smokegate.diagnosis.wording import quote

if TYPE_CHECKING:
    from smokegate.observation.browser import PageSeen

MOST = 3


def found(case: Case) -> tuple[Trouble, ...]:
    """Return everything that is wrong with the pages, worked out once."""
    if "browser" not in case.memo:
        case.memo["browser"] = troubles(case.environment, case.observation)
    return tuple(case.memo["browser"])


def names_of(case: Case, path: str) -> dict[str, str]:
    """Return the names of a page for titles and steps."""
    return {"path": path, "page": f"{case.environment.pages_url.rstrip('/')}{path}"}


def speaking_for(code: str) -> Judge:
    """Judge by what was found for this cause."""

    def judge(case: Case) -> Signs | None:
        own = [each for each in found(case) if each.code == code]
        if not own:
            return None
        first = own[0]
        uncaught = f"{quote(first.line.split('`')[1], 80)}" if "`" in first.line else ""
        lines = tuple(dict.fromkeys(line for each in own[:MOST] for line in (each.line, each.here) if line))
        return Signs(
            lines,
            tuple(dict.fromkeys(each.exchange for each in own if each.exchange)),
            Confidence.CERTAIN if first.certain else Confidence.LIKELY,
            names={"said": uncaught, **names_of(case, first.path), **first.names},
        )

    return judge


def stale_worker(case: Case) -> Signs | None:
    """A returning visitor is served by a service worker and sees what a new one does not."""
    view = case.observation.browser
    second: PageSeen | None = view.second if view is not None else None
    if second is None:
        return None
    before = {each.code for each in found(case)}
    new = [each for each in of_page(case.environment, case.observation, second) if each.code not in before]
    lines = [each.line for each in new] or [f"page {second.path}: {each} is not shown" for each in second.missing]
    if not lines:
        return None
    cached = [
        f"page {second.path}: the service worker answered {each.url}" for each in second.calls if each.from_worker
    ]
    confidence = Confidence.CERTAIN if cached and new else Confidence.LIKELY
    first = f"page {second.path}, the second visit: {lines[0].partition(': ')[2]}"
    return Signs((first, *lines[1:2], *cached[:MOST]), confidence=confidence)


def text_missing(case: Case) -> Signs | None:
    """A page does not show what the file says."""
    view = case.observation.browser
    for page in view.pages if view is not None else ():
        what = [f"{each} is not shown" for each in page.missing] + [f"{each} is shown" for each in page.unwanted]
        if what and page.drawn:
            calls = [str(each) for each in page.calls if each.kind in {"fetch", "xhr"}]
            answered = f"its calls: {quote('; '.join(calls), 300)}" if calls else "it made no calls"
            return Signs(
                (
                    f"page {page.path}: {'; '.join(what)}; the page shows {shown(page)}",
                    f"page {page.path}: {answered}",
                ),
                confidence=Confidence.LIKELY,
                names={"what": "; ".join(what), **names_of(case, page.path)},
            )
    return None


def slow_paint(case: Case) -> Signs | None:
    """A page's first paint is over its budget."""
    view, section = case.observation.browser, case.environment.browser
    budgets = {each.path: each.within for each in section.pages if each.within} if section is not None else {}
    for page in view.pages if view is not None else ():
        budget = budgets.get(page.path)
        if budget and page.painted is not None and page.painted > budget:
            line = f"page {page.path}: painted after {page.painted:.2f} s, budget {budget:g} s"
            return Signs((line,), names=names_of(case, page.path))
    return None


BLANK = (*FILES, "browser.not-opened", "browser.white-screen", "browser.script-error")
STATIC = "frontend"
RULES = (
    *(
        rule(code.removeprefix("browser."), speaking_for(code), STATIC)
        for code in ("browser.not-opened", *FILES, *CALLS)
    ),
    rule("script-error", speaking_for("browser.script-error"), STATIC, *FILES, *CALLS),
    rule("white-screen", speaking_for("browser.white-screen"), STATIC, *FILES, *CALLS, "browser.script-error"),
    rule("stale-service-worker", stale_worker),
    rule("text-missing", text_missing, STATIC, *FILES, *CALLS, "browser.script-error"),
    rule("slow-paint", slow_paint, advisory=True),
)
