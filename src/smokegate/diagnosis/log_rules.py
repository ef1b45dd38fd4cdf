"""The rules of services that fail and whose log, or the engine, says why: a rule for each cause of `knowledge/logs`.

They stand outside `rules/`, since building them reads the data: a green run does without them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.diagnosis.log_reasons import OWN_ERROR
from smokegate.diagnosis.rule import Judge, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import view_of
from smokegate.diagnosis.server_rule_helpers import EDGE, STATES, by_reason
from smokegate.knowledge.causes import CauseText
from smokegate.knowledge.logs import ANYTHING, LogCause, log_causes

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

PORT = "container.port-taken"


def holders(case: Case) -> tuple[str, ...]:
    """Return the lines that say who holds the backend's port instead of the backend."""
    view, compose = view_of(case), case.environment.compose
    if view is None or compose is None:
        return ()
    others = [each for each in view.listeners if each.service != compose.backend]
    return tuple(f"port {each.port} is held by {each}" for each in others)


def judge_of(cause: LogCause, code: str) -> Judge:
    """Judge by what a log says; for a port that is taken, who holds it stands beside."""
    plain = by_reason(code)
    if cause.code != PORT:
        return plain

    def with_holders(case: Case) -> Signs | None:
        return by_reason(code, beside=holders(case))(case)

    return with_holders


def _rules() -> Iterator[Rule]:
    for cause in log_causes():
        for code in cause.codes:
            what = {"{what}": ANYTHING.get(code.partition(".")[0], "")} if "{family}" in cause.code else {}
            steps = tuple(_filled(each, what) for each in cause.steps)
            yield Rule(
                code,
                Level.SERVER,
                judge_of(cause, code),
                silences=EDGE,
                log_text=CauseText(cause.title, cause.owner, cause.symptom, STATES, steps, cause.competing),
            )


def _filled(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(name, value)
    return text


def log_rules() -> tuple[Rule, ...]:
    """Return the rules that read logs: one for each cause of `knowledge/logs`, and one for every other error."""
    return (*_rules(), OTHER)


OTHER = Rule(OWN_ERROR, Level.SERVER, by_reason(OWN_ERROR), silences=EDGE)
