"""The engine restarts a container repeatedly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule
from smokegate.diagnosis.server_evidence import unexplained
from smokegate.diagnosis.server_rule_helpers import EDGE, by_state

if TYPE_CHECKING:
    from smokegate.observation.server.service import ServiceView


def looping(case: Case) -> Iterator[ServiceView]:
    """Services in a crash loop that their logs do not explain."""
    return (each for each in unexplained(case) if each.crash_looping)


RULES = (
    Rule(
        "container.crash-loop",
        Level.SERVER,
        by_state(
            looping,
            Confidence.CERTAIN,
            last_line="The service {service} crashes and is restarted repeatedly; its log ends with: {said}",
        ),
        silences=EDGE,
    ),
)
