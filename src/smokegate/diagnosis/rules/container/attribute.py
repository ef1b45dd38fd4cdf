"""A service does not start because its module has no such application."""

from __future__ import annotations

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.server_rule_helpers import EDGE, REBUILD, STATES, by_reason

RULES = (
    Rule(
        code="container.wrong-attribute",
        title="The service {service} does not start: its module has no such application",
        level=Level.SERVER,
        owner=Owner.APP,
        symptom="The container restarts; uvicorn says 'Attribute … not found in module …'.",
        reads=STATES,
        judge=by_reason("container.wrong-attribute"),
        steps=(
            ("Compare the start command (`MODULE:ATTRIBUTE`) with the name that the module gives its application."),
            REBUILD,
        ),
        competing=("a name that was changed in the code and not in the start command",),
        silences=EDGE,
    ),
)
