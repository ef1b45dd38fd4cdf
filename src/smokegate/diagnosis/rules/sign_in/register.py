"""Registering fails, or only looks as if it had worked."""

from __future__ import annotations

import re

from smokegate.diagnosis.rule import EXPLAINED, Case, Confidence, Level, Owner, Rule, Signs
from smokegate.diagnosis.rules.sign_in.client import WANTS_FIELDS, explains_itself
from smokegate.diagnosis.wording import body, header, seen
from smokegate.knowledge.refusals import reason_in
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.limit import is_limit
from smokegate.observation.evidence.sign_in import is_refused, refuses_account, registered
from smokegate.observation.evidence.sign_in_reply import reply

REFUSALS = frozenset({400, 401, 403})


def pretended(case: Case) -> Signs | None:
    """Registering is a success, signs no one in, and no login follows: a page takes that for a sign-in."""
    api, exchange, answer = case.environment.sign_in, case.exchange("register"), case.app("register")
    if api is None or exchange is None or answer is None or not 200 <= answer.status < 300:
        return None
    if api.confirms_elsewhere or registered(api, case.answer) or refuses_account(api, reply(answer)):
        return None
    login, later = case.exchange("login first"), case.app("login first")
    if login is None or later is None:
        # A page is no answer of an API. What else was not followed by a login is not known to be a pretence.
        if not is_html(answer) or api.by_cookie:
            return None
        line = seen(exchange, header(answer, "content-type"), body(answer))
        return Signs((line,), (exchange.name,))
    if not is_refused(later, REFUSALS) or explains_itself(later):
        return None
    return Signs(
        (seen(exchange, body(answer)), seen(login, body(later))), (exchange.name, login.name), Confidence.LIKELY
    )


def unconfirmed(case: Case) -> Signs | None:
    """A new account is refused with words about a confirmation."""
    api, exchange, answer = case.environment.sign_in, case.exchange("login first"), case.app("login first")
    if api is None or api.signs_in_only or exchange is None or answer is None:
        return None
    reason = reason_in(answer.body.start, alone=False) if is_refused(answer, REFUSALS) else None
    if reason is None or reason.name not in {"confirmation", "lock"}:
        return None
    return Signs((seen(exchange, body(answer)),), (exchange.name,))


def failed(case: Case) -> Signs | None:
    """Registering is refused or ends in an error."""
    api, exchange, answer = case.environment.sign_in, case.exchange("register"), case.app("register")
    if api is None or exchange is None or answer is None or is_limit(answer):
        return None
    says_no = refuses_account(api, reply(answer))
    if answer.status < 400 and not says_no:
        return None
    health = case.app("health")
    if answer.status >= 500 and health is not None and health.status >= 500:
        return None  # the app fails as a whole, not in registering
    refused = says_no or answer.status in {400, 409, 422}
    taken = answer.status == 409 or (refused and TAKEN.search(answer.body.start) is not None)
    return Signs(
        (seen(exchange, body(answer)),),
        ("register",),
        Confidence.LIKELY if refused else Confidence.CERTAIN,
        variant=f"register-{answer.status}" if answer.status in SAYING else "",
        owner=Owner.TEST_DATA if taken or (refused and WANTS_FIELDS.search(answer.body.start)) else None,
    )


TAKEN = re.compile(r"already (?:registered|exists|taken|in use)", re.IGNORECASE)
"""The account is there already: that is the suite's own data, not the app's fault."""
SAYING = frozenset({400, 401, 403, 404, 405, 409, 422})
"""Statuses that allow a guess at the reason: the variants `register-400` and so on."""

RULES = (
    Rule("sign-in.pretended", Level.SIGN_IN, pretended, unless=EXPLAINED),
    Rule("sign-in.register-failed", Level.SIGN_IN, failed, unless=(*EXPLAINED, "sign-in.throttled", "sign-in.echo")),
    Rule("sign-in.unconfirmed", Level.SIGN_IN, unconfirmed, unless=EXPLAINED, silences=("sign-in.pretended",)),
)
