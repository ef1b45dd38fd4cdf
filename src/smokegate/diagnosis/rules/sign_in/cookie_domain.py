"""A login sets its session cookie for a domain that is not the one at which the user is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import quote, seen
from smokegate.observation.evidence.cookies import client_hosts, is_named, set_cookies
from smokegate.observation.evidence.sign_in import opens, reply

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """A login signs in by a cookie that no browser keeps there, and the account did not open."""
    api = case.environment.sign_in
    if api is None or not api.by_cookie:
        return None
    hosts = client_hosts(case.environment)
    for name, view in (("register", "account"), ("login first", "account"), ("login", "account again")):
        exchange, answer, account = case.exchange(name), case.app(name), case.app(view)
        if exchange is None or answer is None or account is None or opens(api, reply(account)):
            continue
        given = [each for each in set_cookies(answer.headers) if each.value]
        given = [each for each in given if api.cookie is None or is_named(each.name, api.cookie)]
        foreign = [each for each in given if not each.is_kept_by(hosts)]
        if not foreign or len(foreign) < len(given):
            continue
        first, opened = foreign[0], case.exchange(view)
        line = seen(exchange, f"its cookie {quote(first.name)} is for the domain {quote(first.domain)}")
        return Signs(
            evidence=(line, *([seen(opened)] if opened else [])),
            exchanges=(name, view),
            confidence=Confidence.LIKELY,
            names={"domain": first.domain},
        )
    return None


RULES = (
    Rule(
        code="sign-in.cookie-domain",
        level=Level.SIGN_IN,
        judge=judge,
        after=ANSWERED,
        silences=("sign-in.key-not-shared", "sign-in.pretended", "sign-in.relogin-refused", "sign-in.account-lost"),
    ),
)
