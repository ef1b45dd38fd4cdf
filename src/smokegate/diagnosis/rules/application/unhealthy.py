"""The health check answers, and says that the app is not healthy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.identity import NAMING_KEYS
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.rules.application.error import in_maintenance, maintenance
from smokegate.diagnosis.wording import body, seen
from smokegate.observation.evidence.assertions import fits, unmet_json
from smokegate.observation.evidence.self_report import sick_words

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

KEYS = ("status", "state", "health", "healthy", "ok", "ready")
"""The keys in which services report their state, where the environment file promises none."""


def judge(case: Case) -> Signs | None:
    """The body has the keys that were promised, with other values; or it is an error that reports a state."""
    exchange, answer = case.exchange("health"), case.app("health")
    if exchange is None or answer is None:
        return None
    sick = sick_words(case.environment.backend.health, answer)
    if not sick and not (answer.body.is_json and isinstance(answer.body.json, dict)):
        return None
    if not case.unmet_of("health") or not (
        fits(case.environment.backend.health.status, answer.status) or answer.status >= 500
    ):
        return None
    promised = tuple(each for each in case.environment.backend.health.json_ if each.key not in NAMING_KEYS)
    number = f"{answer.status}"  # an error's form has the status in a key of that name, too: no word of health
    said = [each for each in unmet_json(promised, answer) if each.actual not in {"no such key", number}]
    if sick:
        words = [f"{what.removeprefix('json ')} is `{word!r}`" for what, word in sick]
    elif said:
        words = [f"{each.what.removeprefix('json ')} should be {each.expected} and is `{each.actual}`" for each in said]
    else:
        known = answer.body.json
        states = [key for key in KEYS if key in known and answer.status >= 500 and known[key] != answer.status]
        words = [f"{key} is `{answer.body.json[key]!r}`" for key in states]
    if not words:
        return None
    if in_maintenance(answer) or any("maintenance" in each.lower() for each in words):
        return maintenance([exchange])
    return Signs(evidence=(seen(exchange, *words, body(answer)),), exchanges=("health",))


RULES = (
    Rule(
        code="app.unhealthy",
        level=Level.HEALTH,
        judge=judge,
        after=ANSWERED,
        unless=("app.wrong-service", "app.partial-outage"),
    ),
)
