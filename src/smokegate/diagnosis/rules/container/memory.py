"""A container needs more memory than it may have."""

from __future__ import annotations

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.server_rule_helpers import EDGE, STATES, by_reason

RULES = (
    Rule(
        code="container.out-of-memory",
        title="The service {service} was killed because it ran out of memory",
        level=Level.SERVER,
        owner=Owner.CONFIGURATION,
        symptom="Requests break off, workers disappear, the container restarts; exit code 137.",
        reads=STATES,
        judge=by_reason("container.out-of-memory"),
        steps=(
            (
                "Compare its limit (`mem_limit` or `deploy.resources` in the compose file) with its use:"
                " `docker stats --no-stream`."
            ),
            "Raise the limit or start fewer workers, then `{compose} up -d {service}`.",
            "If it grows without end, it leaks: restart it now, and look at what the last deploy changed.",
        ),
        competing=(
            "a limit that is set too low",
            "a leak",
            "one request that needs a lot",
        ),
        silences=EDGE,
    ),
)
