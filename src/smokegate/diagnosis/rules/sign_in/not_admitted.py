"""The application turns the suite's sign-in away for a reason that it names, and that is no fault of the deployment."""

from __future__ import annotations

from smokegate.diagnosis.rule import EXPLAINED, Case, Confidence, Level, Owner, Rule, Signs
from smokegate.diagnosis.rules.sign_in.client import token_keys
from smokegate.diagnosis.wording import body, seen
from smokegate.environment.signin import SignIn
from smokegate.knowledge.causes import cause_text
from smokegate.knowledge.refusals import Reason, reason_in
from smokegate.observation.evidence.limit import is_limit
from smokegate.observation.evidence.sign_in import refuses_account, signs_in
from smokegate.observation.evidence.sign_in_reply import reply
from smokegate.observation.exchange import Answer, Exchange
from smokegate.observation.plan.step import web_origin

CODE = "sign-in.not-admitted"
REFUSALS = frozenset({400, 401, 403, 412, 422, 423, 428})


def judge(case: Case) -> Signs | None:
    """A registration, or a login that should open the account, is refused in words that say what it lacks."""
    api = case.environment.sign_in
    if api is None:
        return None
    for exchange, answer in case.answered("register", "login first", "kept account"):
        reason = _reason(api, exchange.name, answer)
        new = exchange.name == "login first" and not api.signs_in_only
        if reason is None or (new and reason.name in {"confirmation", "lock"}):
            continue  # that is `sign-in.unconfirmed`
        return Signs(
            (seen(exchange, body(answer)),),
            (exchange.name,),
            Confidence.LIKELY,
            names={"what": reason.what},
            owner=Owner.CONFIGURATION if reason.name == "origin" and _comes_from_page(case, exchange) else None,
            steps=(reason.step, *cause_text(CODE).steps),
        )
    return None


def _reason(api: SignIn, name: str, answer: Answer) -> Reason | None:
    got = reply(answer)
    if got.is_page or is_limit(answer):
        return None
    refused = refuses_account(api, got) if name == "register" else got.ok and not signs_in(api, got)
    if answer.status not in REFUSALS and not refused:
        return None
    reason = reason_in(answer.body.start)
    if reason is None or (got.ok and any(not reason.pattern.search(key) for key in token_keys(answer))):
        return None  # a token stands elsewhere: that is about the file
    return reason


def _comes_from_page(case: Case, exchange: Exchange) -> bool:
    """Return whether it names the frontend's origin: users are then turned away as the suite is."""
    page = case.environment.frontend
    return page is not None and exchange.request.headers.get("origin") == web_origin(page.url)


RULES = (
    Rule(
        CODE,
        Level.SIGN_IN,
        judge,
        unless=(*EXPLAINED, "sign-in.throttled"),
        silences=(
            "sign-in.register-failed",
            "sign-in.pretended",
            "sign-in.no-token",
            "sign-in.other-fields",
            "sign-in.standing-refused",
            "data.lost",
        ),
    ),
)
