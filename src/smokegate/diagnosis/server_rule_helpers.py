"""What the rules about services have in common: the signs of a service in trouble, and the first steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence
from smokegate.diagnosis.rule import Signs
from smokegate.diagnosis.server_evidence import last_words, reasons, state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.rule import Judge, Step
    from smokegate.observation.server.model import ServiceView

LOGS: Step = "Read its log on the server, in `{directory}`: `{compose} logs --tail 100 {service}`."
START: Step = "Start it: `{compose} up -d {service}`."
RESTART: Step = "Restart it: `{compose} restart {service}`."
REBUILD: Step = "Rebuild it: `{compose} up -d --build {service}`; a restart alone runs the same image again."
STATES = ("the state of each container, at two samples", "the end of its log")
EDGE = ("net.refused", "net.hung", "net.connect-timeout", "net.reset", "net.truncated")
"""What users meet at the edge when a container is away: explained by what is seen inside."""


def by_reason(code: str) -> Judge:
    """Judge by what the log of a service in trouble, or the engine, says."""

    def judge(case: Case) -> Signs | None:
        found = list(reasons(case, code))
        if not found:
            return None
        lines = [f"log of {service.name}: {line}" for service, reason in found for line in reason.lines]
        return Signs(
            evidence=(*lines, *(state(service) for service, _ in found)),
            exchanges=affected(case),
            names=named(service for service, _ in found),
        )

    return judge


def by_state(services: Callable[[Case], Iterable[ServiceView]], confidence: Confidence) -> Judge:
    """Judge by the services that stand in a certain way."""

    def judge(case: Case) -> Signs | None:
        found = list(services(case))
        if not found:
            return None
        return Signs(
            evidence=(*map(state, found), *(line for service in found for line in last_words(service))),
            exchanges=affected(case),
            confidence=confidence,
            names=named(found),
        )

    return judge


def named(services: Iterable[ServiceView]) -> dict[str, str]:
    """Return the name for titles and steps; several services stand side by side, as compose takes them."""
    return {"service": " ".join(dict.fromkeys(service.name for service in services))}


def affected(case: Case) -> tuple[str, ...]:
    """Return the exchanges with the backend that did not come to a success."""
    return tuple(each.name for each in case.backend if each.answer is None or each.answer.status >= 500)
