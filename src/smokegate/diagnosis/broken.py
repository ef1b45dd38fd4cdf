"""Which exchanges are not as expected, by what the suite found of them.

The suite is the only judge. Where none of its checks has judged an exchange (it was blocked or not selected), only
what the exchange shows by itself counts: no answer, an error, or another answer than the environment file declares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.wording import seen_whole
from smokegate.observation.evidence.assertions import NO_HEADER, Unmet, unmet
from smokegate.observation.evidence.edge import edge_answer
from smokegate.observation.evidence.predicates import is_fresh, known_status
from smokegate.observation.evidence.sign_in import signs_in
from smokegate.observation.evidence.sign_in_reply import reply
from smokegate.observation.exchange import Answer, Exchange, NotSent
from smokegate.observation.plan.step import FROM_HERE, ON_BACKEND, ON_FRONTEND

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

__all__ = ["GIVE_TOKEN", "OPENS", "broken", "has_token", "is_advisory", "is_broken", "is_fresh", "monitoring_status"]

GIVE_TOKEN = ("register", "login first", "login")
"""The steps of the journey that must answer with a token."""
OPENS = (*GIVE_TOKEN, "account", "account again")
"""Those that must succeed."""


def broken(case: Case) -> tuple[Exchange, ...]:
    """Return the exchanges on which a gating check failed, or would have, in the order in which they were sent."""
    exchanges = case.observation.exchanges.values()
    return tuple(each for each in exchanges if not is_advisory(case, each.name) and is_broken(case, each))


def is_broken(case: Case, exchange: Exchange) -> bool:
    """Return whether a check failed on an exchange, or it shows an error by itself."""
    if isinstance(exchange.outcome, NotSent) or exchange.name.startswith((ON_FRONTEND, ON_BACKEND, FROM_HERE)):
        return False  # what a page would call was only tried: any answer to that is an answer
    return bool(case.failures_on(exchange.name)) or _shows_error(case, exchange)


def _shows_error(case: Case, exchange: Exchange) -> bool:
    answer = exchange.answer
    if answer is None or case.edge(exchange.name) is not None:
        return True
    return bool(case.unmet_of(exchange.name)) if case.promise(exchange.name) else answer.status >= 500


def failed_attempts(case: Case, exchange: Exchange) -> int:
    """Return how many attempts of an exchange did not come to what was promised."""
    promise = case.promise(exchange.name)
    return sum(
        not isinstance(each, Answer) or edge_answer(each) is not None or bool(promise and unmet(promise, each))
        for each in exchange.attempts
    )


def is_advisory(case: Case, name: str) -> bool:
    """Return whether what is wrong with an exchange is only a warning."""
    failures = case.failures_on(name)
    if failures:
        return all(each.advisory for each in failures)
    return name == "clean up" or getattr(case.promise(name), "severity", "gate") == "advisory"


def described(exchange: Exchange, case: Case) -> str:
    """Return the line that says what is wrong with an exchange."""
    wrong = [f"{each.what} should be {each.expected}{_found(each)}" for each in case.unmet_of(exchange.name)]
    return seen_whole(exchange, *wrong)


def _found(each: Unmet) -> str:
    """Return what a header is instead; a body is quoted beside it."""
    if not each.what.startswith("header "):
        return ""
    return " and is missing" if each.actual == NO_HEADER else f" and is {each.actual}"


def has_token(case: Case, name: str) -> bool:
    """Return whether an answer of the sign-in flow gives the token or session that the file declares."""
    api, answer = case.environment.sign_in, case.answer(name)
    return api is not None and answer is not None and signs_in(api, reply(answer))


def monitoring_status(case: Case) -> str | None:
    """Return the status that the monitoring summary reports, None where it reports none that it may report."""
    section = case.environment.backend.monitoring
    return None if section is None else known_status(section, case.answer("monitoring"))
