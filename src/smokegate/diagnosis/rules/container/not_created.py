"""A service of the compose file has no container."""

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


def missing(case: Case) -> Iterator[ServiceView]:
    """Services that must run and have no container."""
    return (each for each in expected(case) if not each.exists)


RULES = (
    Rule(
        code="compose.not-created",
        title="The service {service} has no container on the server",
        level=Level.SERVER,
        owner=Owner.CONFIGURATION,
        symptom="A container that should be there is missing from `docker compose ps --all`.",
        reads=STATES,
        judge=by_state(missing, Confidence.CERTAIN),
        steps=(
            "Create and start it: `{compose} up -d {service}`.",
            "If compose says 'no service selected', the profile is missing on its command line.",
            "If an image can not be pulled or built, the same command says so in its last lines.",
        ),
        competing=(
            "a deploy that was cut short",
            "a service that was removed by hand",
            "an image that could not be pulled",
        ),
        silences=EDGE,
    ),
)
