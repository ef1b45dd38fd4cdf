"""The backend does not let the frontend's pages call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import body, header, seen
from smokegate.observation.evidence.predicates import refusal
from smokegate.observation.plan.step import ACCOUNT_PREFLIGHT, preflights, web_origin

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

ALLOW = "access-control-allow-origin"


def judge(case: Case) -> Signs | None:
    """A preflight of the login call, or of the one that reads the account, is not granted to the page's origin."""
    found = (_refused(case, name) for name in preflights(case.environment.sign_in))
    return next((signs for signs in found if signs is not None), None)


def _refused(case: Case, name: str) -> Signs | None:
    exchange, answer, frontend = case.exchange(name), case.app(name), case.environment.frontend
    if exchange is None or answer is None or frontend is None:
        return None
    api = case.environment.sign_in
    why = refusal(answer, frontend.url, exchange.request, cookies=api is not None and api.by_cookie)
    if not why:
        return None
    wanted, allowed = web_origin(frontend.url), answer.headers.get(ALLOW)
    said = header(answer, ALLOW) if allowed is not None else f"no header {ALLOW}"
    # That the page sends the login is the file's word and plain; which credential it sends later is a conclusion.
    sure = answer.status < 500 and name != ACCOUNT_PREFLIGHT
    return Signs(
        evidence=(seen(exchange, said, f"the page's origin is {wanted}", why, body(answer)),),
        exchanges=(name,),
        confidence=Confidence.CERTAIN if sure else Confidence.LIKELY,
        names={"origin": wanted},
    )


RULES = (
    Rule(
        code="frontend.cors-refused",
        level=Level.FRONTEND,
        judge=judge,
        after=ANSWERED,
        unless=("app.wrong-service", "frontend.spa-answers-api", "app.error"),
    ),
)
