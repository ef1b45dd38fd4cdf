"""What a look found of each promise, for verdicts without tests: the outcomes that `verdict.decide` asks for.

The smoke tests are the product's judges. This is the same judgement for commands that look without a test
runner, made of the parts that the diagnosis has anyway: which exchange breaks its promise, and which follows
from another. One outcome stands for one exchange, one service, one budget.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import is_advisory, is_broken, told
from smokegate.diagnosis.case import Case
from smokegate.diagnosis.chain import blocked_by, symptom_of
from smokegate.diagnosis.judged_inside import judged_inside
from smokegate.diagnosis.outcome import TestOutcome, Word
from smokegate.observation.model import NotSent

if TYPE_CHECKING:
    from smokegate.diagnosis.model import Diagnosis
    from smokegate.environment.model import Environment
    from smokegate.observation.model import Exchange, Observation


def judged(environment: Environment, observation: Observation, diagnosis: Diagnosis) -> tuple[TestOutcome, ...]:
    """Return what became of every promise that was looked at.

    A gating cause that the diagnosis names counts as a broken promise also where no single exchange or
    service shows it, such as a frontend that calls another host.
    """
    case = Case(environment, observation)
    outcomes = [
        *_exchanges(case),
        *_budgets(case),
        *_commit(case),
        *judged_inside(case),
        *_unset(environment),
    ]
    if not any(each.outcome == "failed" for each in outcomes):
        told_of = {name for each in outcomes if each.outcome != "passed" for name in each.exchanges}
        outcomes += [
            TestOutcome(each.code, "failed", why=each.title, promise=each.title)
            for each in diagnosis.findings
            if not each.advisory and not told_of.intersection(each.exchanges)
        ]
    return tuple(outcomes)


def _exchanges(case: Case) -> Iterator[TestOutcome]:
    """Yield one outcome for each exchange."""
    for exchange in case.exchanges:
        word, why = exchange_outcome(case, exchange)
        yield TestOutcome(
            f"exchange {exchange.name}",
            word,
            why=why,
            promise=f"{exchange.name} is answered as promised",
            seconds=exchange.seconds,
            exchanges=(exchange.name,),
        )


def exchange_outcome(case: Case, exchange: Exchange) -> tuple[Word, str]:
    """Return what became of the promise of an exchange, and why."""
    blocker = None if exchange.name == "health" else _blocker(case, exchange.name)
    if isinstance(exchange.outcome, NotSent):
        return "blocked", f"blocked by {blocker or exchange.outcome.because}"
    if not is_broken(case, exchange):
        return "passed", ""
    if blocker:
        return "blocked", f"blocked by {blocker}"
    if is_advisory(case, exchange.name):
        return "advisory", told(exchange, case)
    return "failed", told(exchange, case)


def _blocker(case: Case, name: str) -> str | None:
    symptom = blocked_by(case.observation, name, case.environment)
    return None if symptom == symptom_of(case, name) else symptom


def _budgets(case: Case) -> Iterator[TestOutcome]:
    monitoring = case.environment.backend.monitoring
    for exchange in case.exchanges:
        promise = case.promise(exchange.name) if not exchange.name.startswith("health ") else None
        budget = promise.within if promise else None
        if exchange.name == "monitoring" and monitoring is not None:
            budget = monitoring.within
        took = exchange.warm_seconds
        if budget is None or took is None or exchange_outcome(case, exchange)[0] != "passed":
            continue
        over = took > budget
        why = f"{exchange.name} took {took * 1000:.0f} ms, {budget * 1000:.0f} ms are promised" if over else ""
        yield TestOutcome(
            f"budget {exchange.name}",
            "advisory" if over else "passed",
            advisory=True,
            why=why,
            promise=f"{exchange.name} is answered within its latency budget",
            exchanges=(exchange.name,),
        )


def _commit(case: Case) -> Iterator[TestOutcome]:
    exchange = case.exchange("version")
    if exchange is not None and exchange_outcome(case, exchange)[0] == "passed":
        known = case.observation.commit is not None
        yield TestOutcome(
            "commit",
            "passed" if known else "advisory",
            advisory=True,
            why="" if known else "the deployment does not say which commit it is",
            promise="the deployment says which commit it is",
        )


def _unset(environment: Environment) -> Iterator[TestOutcome]:
    if environment.missing:
        why = f"{' and '.join(environment.missing)} not set: there is nobody to sign in as"
        yield TestOutcome("sign-in", "skipped", why=why, promise="signing in works from end to end")
