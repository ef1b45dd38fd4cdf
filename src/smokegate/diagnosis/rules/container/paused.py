"""A container is paused: it accepts connections and never answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.server_evidence import expected
from smokegate.diagnosis.server_rule_helpers import EDGE, STATES, by_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from smokegate.diagnosis.case import Case
    from smokegate.observation.server.model import ServiceView


def paused(case: Case) -> Iterator[ServiceView]:
    """Services whose processes are frozen."""
    return (each for each in expected(case) if each.state == "paused")


RULES = (
    Rule(
        code="container.paused",
        title="The service {service} is paused",
        level=Level.SERVER,
        owner=Owner.APP,
        symptom="Requests hang until a time-out; `docker compose ps` says `Paused`.",
        reads=STATES,
        judge=by_state(paused, Confidence.CERTAIN),
        steps=(
            "Let it go on: `{compose} unpause {service}`.",
            "Find out who paused it: a backup or a debugging session that did not clean up.",
        ),
        competing=("a backup that pauses containers and was cut short",),
        silences=EDGE,
    ),
)
