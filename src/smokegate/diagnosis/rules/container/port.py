"""Something else holds the port that a service needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import Level, Rule, Signs
from smokegate.diagnosis.server_evidence import reasons, state, view_of
from smokegate.diagnosis.server_rule_helpers import EDGE, STATES, affected, named

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """The engine or the program says that the address is in use; who holds it stands beside."""
    found = list(reasons(case, "container.port-taken"))
    view, compose = view_of(case), case.environment.compose
    if not found or view is None or compose is None:
        return None
    others = [each for each in view.listeners if each.service != compose.backend]
    holders = tuple(f"port {each.port} is held by {each}" for each in others)
    services = [service for service, _ in found]
    lines = tuple(f"{service.name}: {line}" for service, reason in found for line in reason.lines)
    return Signs((*lines, *holders, *map(state, services)), affected(case), names=named(services))


RULES = (
    Rule(
        code="container.port-taken",
        title="The port of {service} is taken by something else",
        level=Level.SERVER,
        owner=Owner.CONFIGURATION,
        symptom=(
            "The container stays `created` or restarts; the engine or the server program says 'address already in use'."
        ),
        reads=STATES,
        judge=judge,
        steps=(
            ("See who holds it: `ss -ltnp 'sport = :{port}'` on the server, and `docker ps --filter publish={port}`."),
            "Stop that, or give one of the two another port; then `{compose} up -d {service}`.",
        ),
        competing=(
            "an older container of the same application",
            "a process that was started by hand",
            "a second project with the same port",
        ),
        silences=EDGE,
    ),
)
