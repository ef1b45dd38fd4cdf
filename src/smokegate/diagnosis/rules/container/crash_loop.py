"""The engine restarts a container repeatedly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.server_evidence import unexplained
from smokegate.diagnosis.server_rule_helpers import EDGE, LOGS, REBUILD, STATES, by_state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from smokegate.diagnosis.case import Case
    from smokegate.observation.server.model import ServiceView


def looping(case: Case) -> Iterator[ServiceView]:
    """Services in a crash loop that their logs do not explain."""
    return (each for each in unexplained(case) if each.crash_looping)


RULES = (
    Rule(
        code="container.crash-loop",
        title="The service {service} crashes and is restarted repeatedly",
        level=Level.SERVER,
        owner=Owner.APP,
        symptom=(
            "502 or 503 that comes and goes; `docker compose ps` says `Restarting` half of the time, with exit code 0."
        ),
        reads=STATES,
        judge=by_state(
            looping,
            Confidence.CERTAIN,
            last_line="The service {service} crashes and is restarted repeatedly; its log ends with: {said}",
        ),
        steps=(
            LOGS,
            "The lines before the end of a try say why; the exit code of the last try is in the evidence.",
            REBUILD,
            "If it began with the last deploy, deploy the version before it.",
        ),
        competing=(
            "a version that does not start",
            "a setting that is missing or wrong",
            "something it needs that is not there",
        ),
        silences=EDGE,
    ),
)
