"""A single-page app's fallback answers for the API: 200 and HTML, whatever the path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.case import is_sample
from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import header, seen
from smokegate.observation.evidence.html import is_html
from smokegate.observation.plan.step import ACCOUNT_PREFLIGHT, PREFLIGHT

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

ENOUGH = 2
"""One page in place of an answer may be that path's own trouble; two paths are a rule of the host."""


def judge(case: Case) -> Signs | None:
    """Two or more paths of the API are answered 200 with a page, while the health check is the app's."""
    pages = [
        each
        for each in case.backend
        if not is_sample(each.name)
        and (answer := case.app(each.name))
        and 200 <= answer.status < 300
        and is_html(answer)
        and (is_broken(case, each) or each.name in {PREFLIGHT, ACCOUNT_PREFLIGHT})
    ]
    if len({each.request.url for each in pages}) < ENOUGH:
        return None
    return Signs(
        evidence=tuple(seen(each, header(each.answer, "content-type")) for each in pages[:3] if each.answer),
        exchanges=tuple(each.name for each in pages),
    )


RULES = (
    Rule(
        code="frontend.spa-answers-api",
        title="A web page answers for the API at {host}",
        level=Level.FRONTEND,
        owner=Owner.CONFIGURATION,
        symptom="Every call succeeds with 200 and nothing works: the answer is index.html.",
        reads=("the content type of every answer of the API",),
        judge=judge,
        steps=(
            (
                "Check the rewrites of the host: `/* → /index.html` answers every path that no rule before"
                " it takes. Put the API's rule above it."
            ),
            (
                "On nginx, check whether `location /api/` is there and passes to the backend; `try_files …"
                " /index.html` catches what is not."
            ),
            "If `{url}` is the static site's address, correct it in {file} and in the frontend's build.",
        ),
        competing=("a rewrite that catches the API's paths", "an address that is the static site's"),
        after=ANSWERED,
        unless=("app.wrong-service",),
    ),
)
