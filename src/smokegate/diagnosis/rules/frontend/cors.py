"""The backend does not let the frontend's pages call it."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import body, header, seen
from smokegate.observation.evidence.cookies import session_lost
from smokegate.observation.evidence.page_calls import sends_cookies
from smokegate.observation.evidence.predicates import refusal, unreadable
from smokegate.observation.evidence.sign_in import succeeded
from smokegate.observation.plan.sign_in.names import ACCOUNT, LOGIN, LOGIN_FIRST
from smokegate.observation.plan.step import ON_BACKEND, PREFLIGHT, preflights, web_origin

CALLS = (LOGIN_FIRST, LOGIN, ACCOUNT)
ALLOW = "access-control-allow-origin"


def judge(case: Case) -> Signs | None:
    """A preflight of the login or the account call, or the answer to the call itself, is not for the page's origin."""
    tried = (each for each in case.observation.exchanges if each.startswith(ON_BACKEND))
    names = (*preflights(case.environment.sign_in), *CALLS, *tried)
    return next((signs for name in names if (signs := _refused(case, name)) is not None), None)


def _refused(case: Case, name: str) -> Signs | None:
    exchange, answer, frontend = case.exchange(name), case.app(name), case.environment.frontend
    if exchange is None or answer is None or frontend is None:
        return None
    api = case.environment.sign_in
    cookies = api is not None and api.by_cookie
    if name in CALLS and answer.status < 300 and not (api is not None and succeeded(api, name, answer)):
        return None  # what it is not, another rule says
    if name.startswith(ON_BACKEND):
        cookies = sends_cookies(case.environment, case.observation, exchange)
    if name in CALLS or name.startswith(ON_BACKEND):
        why = unreadable(exchange, frontend.url, cookies=cookies)
    else:
        why = refusal(answer, frontend.url, exchange.request, cookies=cookies)
    if not why:
        return None
    wanted, allowed = web_origin(frontend.url), answer.headers.get(ALLOW)
    said = header(answer, ALLOW) if allowed is not None else f"no header {ALLOW}"
    # That the page sends the login is the file's word and plain; which credential it sends later is a conclusion.
    sure = (name == PREFLIGHT and answer.status < 500) or (name in CALLS[:2] and answer.status < 300)
    return Signs(
        (seen(exchange, said, f"the page's origin is {wanted}", why, body(answer)),),
        (name,),
        Confidence.CERTAIN if sure else Confidence.LIKELY,
        names={"origin": wanted},
    )


def judge_cookie(case: Case) -> Signs | None:
    """A login was answered with a session cookie that pages of the frontend's site do not send back."""
    frontend, api = case.environment.frontend, case.environment.sign_in
    if frontend is None or api is None or not api.by_cookie:
        return None
    for exchange in filter(None, map(case.exchange, CALLS)):
        lost = session_lost(exchange, frontend.url, api.cookie)
        if lost:
            return Signs(
                evidence=(seen(exchange, f"the page's origin is {web_origin(frontend.url)}", lost),),
                exchanges=(exchange.name,),
                confidence=Confidence.LIKELY,  # pages may send it by way of their own host
                names={"origin": web_origin(frontend.url)},
            )
    return None


RULES = (
    Rule(
        "frontend.cors-refused",
        Level.FRONTEND,
        judge,
        unless=("app.wrong-service", "frontend.spa-answers-api", "app.error"),
    ),
    Rule("frontend.cookie-same-site", Level.FRONTEND, judge_cookie),
)
