"""A service in the background is down while the web is up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule
from smokegate.diagnosis.server_evidence import role, unexplained
from smokegate.diagnosis.server_rule_helpers import by_state

if TYPE_CHECKING:
    from smokegate.observation.server.service import ServiceView


def down(case: Case) -> Iterator[ServiceView]:
    """Services that no user meets, ended and not restarted."""
    for each in unexplained(case):
        if each.exists and role(case, each) == "worker" and each.state in {"exited", "created", "dead", "removing"}:
            yield each


RULES = (Rule("container.worker-down", Level.SERVER, by_state(down, Confidence.CERTAIN)),)
