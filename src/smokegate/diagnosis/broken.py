"""Which exchanges did not come to what was promised, whatever the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.case import JOURNEY, is_html, is_sample
from smokegate.diagnosis.wording import body, seen
from smokegate.observation.evidence.assertions import unmet
from smokegate.observation.evidence.edge import edge_answer
from smokegate.observation.evidence.sign_in import as_declared, reply, signs_in
from smokegate.observation.model import Answer, NoAnswer, NotSent
from smokegate.observation.plan.step import web_origin

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.observation.model import Exchange

GIVE_TOKEN = ("register", "login first", "login")
"""The steps of the journey that must answer with a token."""
OPENS = (*GIVE_TOKEN, "account", "account again")
"""Those that must succeed."""
CLOCKS = 60.0
"""Seconds by which the clocks of two machines may differ without anything being wrong."""


def broken(case: Case) -> tuple[Exchange, ...]:
    """Return the exchanges that break a gating promise, in the order in which they were asked."""
    exchanges = case.observation.exchanges.values()
    return tuple(each for each in exchanges if not is_advisory(case, each.name) and is_broken(case, each))


def is_broken(case: Case, exchange: Exchange) -> bool:
    """Tell whether an exchange came to something else than was promised; one not asked is not broken."""
    outcome = exchange.outcome
    if isinstance(outcome, NotSent):
        return False
    return isinstance(outcome, NoAnswer) or not _kept(case, exchange.name, outcome)


def failed_attempts(case: Case, exchange: Exchange) -> int:
    """Return how many attempts of an exchange did not come to what was promised."""
    promise = case.promise(exchange.name)
    return sum(
        not isinstance(each, Answer) or edge_answer(each) is not None or bool(promise and unmet(promise, each))
        for each in exchange.attempts
    )


def is_advisory(case: Case, name: str) -> bool:
    """Tell whether an exchange may break its promise without failing the gate."""
    if name == "monitoring":
        return monitoring_severity(case) == "advisory"
    return name == "clean up" or getattr(case.promise(name), "severity", "gate") == "advisory"


def told(exchange: Exchange, case: Case) -> str:
    """Return the line that tells how an exchange is broken."""
    wrong = [f"{each.what} should be {each.expected}" for each in case.unmet_of(exchange.name)]
    answer = exchange.answer
    return seen(exchange, *wrong, *([body(answer)] if answer else []))


def has_token(case: Case, name: str) -> bool:
    """Tell whether an answer of the sign-in flow gives the token or session that the file declares."""
    api, answer = case.environment.sign_in, case.answer(name)
    return api is not None and answer is not None and signs_in(api, reply(answer))


def _kept(case: Case, name: str, answer: Answer) -> bool:
    api = case.environment.sign_in
    if api is not None and (name in JOURNEY or name.startswith("csrf for ")):
        return as_declared(api, name, case.answer)
    if name == "monitoring":
        return monitoring_status(case) in _good_statuses(case)
    if name == "page":
        return _page_kept(case, answer)
    if is_sample(name) or name.startswith("endpoint "):
        return not case.unmet_of(name)
    success = is_granted(case, answer) if name == "preflight" else 200 <= answer.status < 300
    return success or name in {"clean up", "api on frontend"}


def is_granted(case: Case, answer: Answer) -> bool:
    """Tell whether the answer to a preflight lets the frontend's pages call the backend."""
    frontend = case.environment.frontend
    allowed = answer.headers.get("access-control-allow-origin")
    origins = {"*"} if frontend is None else {"*", web_origin(frontend.url)}
    return 200 <= answer.status < 300 and allowed in origins


def _page_kept(case: Case, answer: Answer) -> bool:
    frontend = case.environment.frontend
    wanted = frontend.contains if frontend else None
    return answer.status == 200 and is_html(answer) and (wanted is None or wanted in answer.body.text)


def monitoring_status(case: Case) -> str | None:
    """Return the status that the monitoring summary gives, None where it gives none that it may give."""
    monitoring, answer = case.environment.backend.monitoring, case.answer("monitoring")
    if monitoring is None or answer is None or answer.status != 200:
        return None
    status = case.field("monitoring", monitoring.field)
    known = (*monitoring.healthy, *monitoring.degraded, *monitoring.unhealthy)
    return status if isinstance(status, str) and status in known else None


def is_fresh(age: object, limit: float) -> bool:
    """Tell whether an age in seconds is known and not over a limit; one that lies in the future is not."""
    number = isinstance(age, int | float) and not isinstance(age, bool)
    return isinstance(age, int | float) and number and -CLOCKS <= age <= limit


def monitoring_severity(case: Case) -> str:
    """Return what the status of the monitoring summary does to the gate."""
    monitoring, status = case.environment.backend.monitoring, monitoring_status(case)
    if monitoring is not None and status in monitoring.degraded:
        return monitoring.on_degraded
    if monitoring is not None and status in monitoring.unhealthy:
        return monitoring.on_unhealthy
    return "gate"


def _good_statuses(case: Case) -> tuple[str, ...]:
    monitoring = case.environment.backend.monitoring
    return monitoring.healthy if monitoring else ()
