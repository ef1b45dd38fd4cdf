"""A container is paused: it accepts connections and never answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule
from smokegate.diagnosis.server_evidence import expected
from smokegate.diagnosis.server_rule_helpers import EDGE, by_state

if TYPE_CHECKING:
    from smokegate.observation.server.service import ServiceView


def paused(case: Case) -> Iterator[ServiceView]:
    """Services whose processes are frozen."""
    return (each for each in expected(case) if each.state == "paused")


RULES = (Rule("container.paused", Level.SERVER, by_state(paused, Confidence.CERTAIN), silences=EDGE),)
