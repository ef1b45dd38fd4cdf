"""Someone gets in who must not."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import body, seen
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.sign_in import opens, refuses_login, shows_account, signs_in
from smokegate.observation.evidence.sign_in_reply import reply

EXPLAINED = ("app.wrong-service", "frontend.spa-answers-api")


def survives(case: Case) -> Signs | None:
    """The account view shows an account to a client that is not signed in, or that has logged out."""
    api = case.environment.sign_in
    if api is None:
        return None
    for exchange, answer in case.answered("account without token", "account after logout"):
        if not opens(api, reply(answer)):
            continue
        own = case.app("account")
        sure = shows_account(api, reply(answer), reply(own) if own is not None else None)
        by_design = exchange.name == "account after logout"
        return Signs(
            (seen(exchange, body(answer)),),
            (exchange.name,),
            Confidence.CERTAIN if sure else Confidence.POSSIBLE,
            variant="token-outlives-logout" if by_design else "" if sure else "guests-see-it",
        )
    return None


def any_password(case: Case) -> Signs | None:
    """A login with a wrong password signs in."""
    api = case.environment.sign_in
    if api is None:
        return None
    proof = "account after wrong password" if api.by_cookie else "wrong password"
    exchange, answer = case.exchange(proof), case.app(proof)
    if exchange is None or answer is None or not 200 <= answer.status < 300:
        return None
    got = reply(answer)
    if not opens(api, got) if api.by_cookie else refuses_login(api, got):
        return None
    page, given = is_html(answer), api.by_cookie or signs_in(api, got)
    return Signs(
        (seen(exchange, body(answer)),),
        (proof,),
        Confidence.CERTAIN if given and not page else Confidence.POSSIBLE,
        variant="" if given and not page else "any-request",
    )


RULES = (
    Rule("sign-in.session-survives", Level.SIGN_IN, survives, unless=EXPLAINED),
    Rule("sign-in.any-password", Level.SIGN_IN, any_password, unless=EXPLAINED),
)
