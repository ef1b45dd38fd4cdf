"""An account from before this deploy is refused: the suite's own data, or data that is lost."""

from __future__ import annotations

from typing import Any

from smokegate.diagnosis.broken import described
from smokegate.diagnosis.rule import EXPLAINED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rules.sign_in.client import FIRST, explains_itself
from smokegate.diagnosis.wording import body, seen
from smokegate.observation.evidence.sign_in import refuses_login, signs_in
from smokegate.observation.evidence.sign_in_reply import reply
from smokegate.observation.exchange import Exchange

LOCKED = 423


def standing_refused(case: Case) -> Signs | None:
    """The standing account is refused."""
    api, exchange, answer = case.environment.sign_in, case.exchange(FIRST), case.app(FIRST)
    if api is None or not api.signs_in_only or api.keep or _emptied(case) or exchange is None or answer is None:
        return None
    if answer.status != LOCKED and (explains_itself(answer) or not refuses_login(api, reply(answer))):
        return None
    return Signs((seen(exchange, body(answer)),), (FIRST,), Confidence.LIKELY)


def data_lost(case: Case) -> Signs | None:
    """An account of before this deploy, which no one changes, is refused."""
    api = case.environment.sign_in
    if api is None:
        return None
    emptied = _emptied(case)
    if not api.keep and not (emptied and api.signs_in_only):
        return None
    name = "kept account" if api.creates_accounts else FIRST
    exchange, answer = case.exchange(name), case.app(name)
    if exchange is None or answer is None or not refuses_login(api, reply(answer)):
        return None
    if explains_itself(answer) and not signs_in(api, reply(answer)) and case.answer("login") is None:
        return None
    login = case.exchange("login")
    works = (seen(login),) if login and (a := case.answer("login")) and signs_in(api, reply(a)) else ()
    evidence = (seen(exchange, body(answer)), *(described(each, case) for each in emptied[:2]), *works)
    names = (name, *(each.name for each in emptied))
    return Signs(evidence, names, Confidence.LIKELY)


def _emptied(case: Case) -> list[Exchange]:
    """Return what touches the database, must show data by the file, and is answered in good order without any."""
    return [
        each
        for each in case.backend
        if "database" in getattr(case.promise(each.name), "touches", ())
        and (answer := case.app(each.name))
        and answer.status < 300
        and case.unmet_of(each.name)
        and _holds_nothing(answer.body.json)
    ]


def _holds_nothing(value: Any) -> bool:
    """Return whether an answer is an empty list, or has one, or counts none."""
    values = [value, *(value.values() if isinstance(value, dict) else ())]
    return any(each in ([], 0) and each is not False for each in values)


RULES = (
    Rule("sign-in.standing-refused", Level.SIGN_IN, standing_refused, unless=EXPLAINED),
    Rule("data.lost", Level.DATABASE, data_lost, unless=("app.database-unreachable",)),
)
