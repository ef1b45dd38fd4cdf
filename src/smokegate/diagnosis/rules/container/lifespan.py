"""A service fails in its own start-up code."""

from __future__ import annotations

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.server_rule_helpers import EDGE, LOGS, STATES, by_reason

RULES = (
    Rule(
        code="container.lifespan-failure",
        title="The service {service} fails in its own start-up code",
        level=Level.SERVER,
        owner=Owner.APP,
        symptom="The container restarts; its log ends with 'Application startup failed. Exiting.'",
        reads=STATES,
        judge=by_reason("container.lifespan-failure"),
        steps=(
            LOGS,
            "The traceback above that line names what failed: a connection, a file, a migration.",
            "Mend that, then `{compose} up -d --build {service}`.",
        ),
        competing=(
            "something that it connects to at its start and that is away",
            "a migration that fails",
        ),
        silences=EDGE,
    ),
)
