"""What a look from the server found of each promise: the look itself, each service, the port, each path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.diagnosis.outcome import TestOutcome
from smokegate.diagnosis.service_state import trouble, weak_policy

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.environment.model import Compose
    from smokegate.observation.server import OriginAnswer, ServerView


def judged_inside(case: Case) -> Iterator[TestOutcome]:
    """Yield what became of every promise that concerns the server; none where the file declares none."""
    compose, view = case.environment.compose, case.observation.server
    if compose is None or case.environment.server is None:
        return
    seen = "the server can be looked at"
    if view is None or view.failure is not None:
        yield TestOutcome("server", "failed", why=str(view.failure) if view else "the look broke down", promise=seen)
        return
    yield TestOutcome("server", "passed", promise=seen)
    yield from _services(view, compose)
    yield _waiting("database", _database(view), compose.database, view, compose)
    yield _waiting("port", _port(view, compose), compose.backend, view, compose)
    for each in view.origin:
        yield _waiting(f"origin {each.path}", _origin(each), compose.backend, view, compose)
    health = next((each for each in view.origin if each.path == case.environment.backend.health.path), None)
    if health is not None and health.status is not None:
        yield _waiting("edge and origin", _disagreement(case, health), compose.backend, view, compose)


def _services(view: ServerView, compose: Compose) -> Iterator[TestOutcome]:
    for service in view.services:
        if not service.expected:
            continue
        wrong = trouble(service, compose, view)
        why = f"{service.name} {wrong}" if wrong else ""
        runs = f"{service.name} runs and is healthy"
        yield TestOutcome(f"service {service.name}", "failed" if wrong else "passed", why=why, promise=runs)
        if weak_policy(service, compose, view):
            why = f"{service.name} has the restart policy {service.restart_policy or 'no'}"
            yield TestOutcome(f"restart policy {service.name}", "advisory", advisory=True, why=why)


def _waiting(identifier: str, why: str, on: str | None, view: ServerView, compose: Compose) -> TestOutcome:
    """Return the outcome of a promise that can not be kept while a service is in trouble."""
    service = view.service(on) if on else None
    if why and service is not None and trouble(service, compose, view):
        return TestOutcome(identifier, "blocked", why=f"blocked by service {on}")
    return TestOutcome(identifier, "failed" if why else "passed", why=why)


def _database(view: ServerView) -> str:
    database = view.database
    return "" if database is None or database.ready else f"{database.service}: {database.detail}"


def _port(view: ServerView, compose: Compose) -> str:
    strangers = [each for each in view.listeners if each.service not in {compose.backend, None} or each.process]
    if strangers:
        return f"port {compose.port} is held by {strangers[0]}"
    return "" if view.listeners else f"nobody listens on port {compose.port}"


def _origin(answer: OriginAnswer) -> str:
    if answer.status is not None and 200 <= answer.status < 300:
        return ""
    came = f"status {answer.status}" if answer.status else f"no answer: {answer.problem}"
    return f"asked from the server itself, {answer.path} gives {came}"


def _disagreement(case: Case, inside: OriginAnswer) -> str:
    answer, version = case.answer("health"), case.environment.version
    edge = f"status {answer.status}" if answer else "no answer"
    if answer is None or answer.status != inside.status:
        return f"the health check is {edge} at the edge and status {inside.status} on the server"
    header = version.header if version else None
    there, here = (inside.header(header), answer.headers.get(header)) if header else (None, None)
    return "" if there == here else f"{header} is {here} at the edge and {there} on the server"
