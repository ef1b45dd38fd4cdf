"""A service was stopped and stays stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule
from smokegate.diagnosis.server_evidence import role, unexplained
from smokegate.diagnosis.server_rule_helpers import EDGE, by_state

if TYPE_CHECKING:
    from smokegate.observation.server.service import ServiceView


ON_REQUEST = {0, 143}
"""How a program ends when someone stops it: by itself, or by signal 15."""


def stopped(case: Case) -> Iterator[ServiceView]:
    """Services that users meet, ended as if they had been stopped."""
    for each in unexplained(case):
        on_request = each.state in {"exited", "removing"} and each.exit_code in ON_REQUEST
        if each.exists and on_request and role(case, each) in {"backend", "proxy"}:
            yield each


RULES = (Rule("container.stopped", Level.SERVER, by_state(stopped, Confidence.CERTAIN), silences=EDGE),)
