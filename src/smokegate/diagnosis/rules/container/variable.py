"""A service does not start because a variable is not set."""

from __future__ import annotations

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.server_rule_helpers import EDGE, STATES, by_reason

RULES = (
    Rule(
        code="container.missing-variable",
        title="The service {service} does not start: a variable is not set",
        level=Level.SERVER,
        owner=Owner.CONFIGURATION,
        symptom="The container restarts; its log names a variable that is not set.",
        reads=STATES,
        judge=by_reason("container.missing-variable"),
        steps=(
            "Set the variable that the evidence names in `.env` or under `environment:` in `{directory}`.",
            "Then `{compose} up -d {service}`; a restart alone does not read a changed file.",
        ),
        competing=(
            "a name with a typing error",
            "an `.env` file that was not copied to the server",
        ),
        silences=EDGE,
    ),
)
