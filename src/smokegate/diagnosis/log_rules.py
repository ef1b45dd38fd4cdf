"""The rules of services that fail and whose log, or the engine, says why: a rule for each cause of `knowledge/logs`.

They stand outside `rules/`, since building them reads the data: a green run does without them.
"""

from __future__ import annotations

from smokegate.diagnosis.case import Case
from smokegate.diagnosis.log_reasons import OWN_ERROR
from smokegate.diagnosis.rule import Level, Rule
from smokegate.diagnosis.server_evidence import view_of
from smokegate.diagnosis.server_rule_helpers import EDGE, STATES, by_reason
from smokegate.knowledge.causes import CauseText
from smokegate.knowledge.logs import ANYTHING, log_causes

PORT = "container.port-taken"


def holders(case: Case) -> tuple[str, ...]:
    """Return the lines that say who holds the backend's port instead of the backend."""
    view, compose = view_of(case), case.environment.compose
    if view is None or compose is None:
        return ()
    others = [each for each in view.listeners if each.service != compose.backend]
    return tuple(f"port {each.port} is held by {each}" for each in others)


def log_rules() -> tuple[Rule, ...]:
    """Return the rules that read logs: one for each cause of `knowledge/logs`, and one for every other error."""
    found = [Rule(OWN_ERROR, Level.SERVER, by_reason(OWN_ERROR), after=(), silences=EDGE)]
    for cause in log_causes():
        for code in cause.codes:
            what = ANYTHING.get(code.partition(".")[0], "") if "{family}" in cause.code else "{what}"
            steps = tuple(each.replace("{what}", what) for each in cause.steps)
            text = CauseText(cause.title, cause.owner, cause.symptom, STATES, steps, cause.competing)
            judge = by_reason(code, beside=holders) if code == PORT else by_reason(code)
            found.append(Rule(code, Level.SERVER, judge, after=(), silences=EDGE, log_text=text))
    return tuple(found)
