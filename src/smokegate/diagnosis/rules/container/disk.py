"""A disk that a service writes to is full."""

from __future__ import annotations

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.server_rule_helpers import EDGE, STATES, by_reason

RULES = (
    Rule(
        code="container.disk-full",
        title="{service} can not write: the disk is full",
        level=Level.SERVER,
        owner=Owner.CONFIGURATION,
        symptom=("Writes fail with 'No space left on device'; containers restart, the database refuses to write."),
        reads=STATES,
        judge=by_reason("container.disk-full"),
        steps=(
            ("See what is full: `df -h` on the server, `df -i` for inodes, `docker system df` for docker's own part."),
            (
                "Remove what is not needed, old images and logs first (`docker image prune`); never the"
                " database's volume."
            ),
            "Then `{compose} restart {service}`.",
        ),
        competing=(
            "logs without rotation",
            "old images and build caches",
            "a volume or tmpfs that is too small",
        ),
        silences=EDGE,
    ),
)
