"""A service in the background is down while the web is up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.server_evidence import role, unexplained
from smokegate.diagnosis.server_rule_helpers import LOGS, START, STATES, by_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from smokegate.diagnosis.case import Case
    from smokegate.observation.server.model import ServiceView


def down(case: Case) -> Iterator[ServiceView]:
    """Services that no user meets, ended and not restarted."""
    for each in unexplained(case):
        if each.exists and role(case, each) == "worker" and each.state in {"exited", "created", "dead", "removing"}:
            yield each


RULES = (
    Rule(
        code="container.worker-down",
        title="The worker {service} is down while the web is up",
        level=Level.SERVER,
        owner=Owner.APP,
        symptom="Every page works and the data grow old: prices, mails or reports stop.",
        reads=STATES,
        judge=by_state(down, Confidence.CERTAIN),
        steps=(
            START,
            LOGS,
            "Check how old the data are, and whether what it missed has to be done again.",
        ),
        competing=(
            "someone who stopped it",
            "a crash that its restart policy did not cover",
        ),
    ),
)
