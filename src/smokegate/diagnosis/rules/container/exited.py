"""A service ended with an error and is not restarted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec.structs import replace

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import role, unexplained
from smokegate.diagnosis.server_rule_helpers import EDGE, by_state

if TYPE_CHECKING:
    from smokegate.observation.server.service import ServiceView


def ended(case: Case) -> Iterator[ServiceView]:
    """Services that users meet, ended with an error that their logs do not explain."""
    for each in unexplained(case):
        failed = each.state == "dead" or (each.state in {"exited", "created"} and each.exit_code not in {0, 143})
        if each.exists and failed and role(case, each) in {"backend", "proxy"}:
            yield each


KILLED = 137
"""Signal 9: nothing that the program wrote before is why it ended."""
by_error = by_state(
    ended,
    Confidence.CERTAIN,
    last_line="The service {service} has ended with an error and is not restarted; its log ends with: {said}",
)


def judge(case: Case) -> Signs | None:
    """Whatever a program wrote last, a signal from outside ended the one that was killed."""
    signs = by_error(case)
    if signs is None or any(each.exit_code != KILLED for each in ended(case)):
        return signs
    return replace(signs, title="The service {service} was killed (signal 9) and is not restarted")


RULES = (Rule("container.exited", Level.SERVER, judge, silences=EDGE),)
