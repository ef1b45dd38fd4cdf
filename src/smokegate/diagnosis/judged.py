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
from smokegate.diagnosis.outcome import TestOutcome, Word
from smokegate.diagnosis.services import trouble
from smokegate.observation.model import NotAsked

if TYPE_CHECKING:
    from smokegate.diagnosis.model import Diagnosis
    from smokegate.environment.model import Compose, Environment
    from smokegate.observation.model import Exchange, Observation
    from smokegate.observation.server import ServerView


def judged(
    environment: Environment, observation: Observation, diagnosis: Diagnosis
) -> tuple[TestOutcome, ...]:
    """Return what became of every promise that was looked at.

    A gating cause that the diagnosis names counts as a broken promise also where no single exchange or
    service shows it, such as a frontend that calls another host.
    """
    case = Case(environment, observation)
    outcomes = [*_exchanges(case), *_budgets(case), *_commit(case), *_server(case), *_unset(environment)]
    if not any(each.outcome == "failed" for each in outcomes):
        outcomes += [
            TestOutcome(each.code, "failed", why=each.title, promise=each.title)
            for each in diagnosis.findings
            if not each.advisory
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
    if isinstance(exchange.outcome, NotAsked):
        return "blocked", f"blocked by {blocker or exchange.outcome.because}"
    if not is_broken(case, exchange):
        return "passed", ""
    if is_advisory(case, exchange.name):
        return "advisory", told(exchange, case)
    if blocker:
        return "blocked", f"blocked by {blocker}"
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
        why = (
            f"{exchange.name} took {took * 1000:.0f} ms, {budget * 1000:.0f} ms are promised" if over else ""
        )
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


def _server(case: Case) -> Iterator[TestOutcome]:
    compose, view = case.environment.compose, case.observation.server
    if compose is None or case.environment.server is None:
        return
    if view is None or view.unreachable:
        why = str(view.failure) if view else "the server was not looked at"
        yield TestOutcome("server", "skipped", why=why, promise="the server can be looked at")
        return
    why = str(view.failure) if view.failure else ""
    yield TestOutcome("server", "failed" if why else "passed", why=why, promise="the server can be looked at")
    yield from _services(view, compose)
    for each in view.origin:
        sound = each.status is not None and each.status < 500
        told_of = "" if sound else f"origin {each.path}: {each.problem or f'status {each.status}'}"
        yield TestOutcome(
            f"origin {each.path}",
            "passed" if sound else "failed",
            why=told_of,
            promise=f"the backend answers {each.path} to the server itself",
            seconds=each.seconds,
        )


def _services(view: ServerView, compose: Compose) -> Iterator[TestOutcome]:
    for service in view.services:
        if not service.expected:
            continue
        wrong = trouble(service, compose)
        yield TestOutcome(
            f"service {service.name}",
            "failed" if wrong else "passed",
            why=f"{service.name} {wrong}" if wrong else "",
            promise=f"{service.name} runs and is healthy",
        )
        if service.exists and not wrong and service.restart_policy not in compose.restart:
            why = f"{service.name} has the restart policy {service.restart_policy or 'no'}"
            yield TestOutcome(f"restart policy {service.name}", "advisory", advisory=True, why=why)
    database = view.database
    if database is not None:
        why = "" if database.ready else f"{database.service}: {database.detail}"
        word: Word = "passed" if database.ready else "failed"
        yield TestOutcome("database", word, why=why, promise="the database accepts connections")


def _unset(environment: Environment) -> Iterator[TestOutcome]:
    if environment.missing:
        why = f"{' and '.join(environment.missing)} not set: there is nobody to sign in as"
        yield TestOutcome("sign-in", "skipped", why=why, promise="signing in works from end to end")
