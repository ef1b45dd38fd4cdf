"""A single-page app's fallback answers for the API: 200 and HTML, whatever the path."""

from __future__ import annotations

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.exchange_names import is_sample
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import header, seen
from smokegate.observation.evidence.html import is_html
from smokegate.observation.plan.sign_in.names import ACCOUNT, AGAIN
from smokegate.observation.plan.step import ACCOUNT_PREFLIGHT, PREFLIGHT

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
    several = len({each.request.url for each in pages}) >= ENOUGH
    # A page where a token has just been given for the account is in the API's place, alone, too.
    if not several and not any(each.name in {ACCOUNT, AGAIN} for each in pages):
        return None
    return Signs(
        tuple(seen(each, header(each.answer, "content-type")) for each in pages[:3] if each.answer),
        tuple(each.name for each in pages),
        Confidence.CERTAIN if several else Confidence.LIKELY,
    )


RULES = (Rule("frontend.spa-answers-api", Level.FRONTEND, judge, unless=("app.wrong-service",)),)
