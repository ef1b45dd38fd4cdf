"""The health check answers, and says that the app is not healthy."""

from __future__ import annotations

from smokegate.diagnosis.identity import NAMING_KEYS
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rules.application.error import in_maintenance, maintenance
from smokegate.diagnosis.wording import body, quote, seen
from smokegate.observation.evidence.assertions import fits, unmet_json
from smokegate.observation.evidence.health_parts import plain
from smokegate.observation.evidence.health_vocabulary import WELL
from smokegate.observation.evidence.self_report import says_ill, sick_words, works_in_part
from smokegate.observation.exchange import Answer, Exchange

KEYS = ("status", "state", "health", "healthy", "ok", "ready")
"""The keys in which services report their state, where the environment file promises none."""


def judge(case: Case) -> Signs | None:
    """The body has the keys that were promised, with other values; or it is an error that reports a state."""
    exchange, answer = case.exchange("health"), case.app("health")
    if exchange is None or answer is None:
        return None
    if not case.unmet_of("health"):
        return _in_part(case, exchange, answer)
    sick = sick_words(case.environment.backend.health, answer)
    reports = sick or (answer.body.is_json and isinstance(answer.body.json, dict))
    if not reports or not (fits(case.environment.backend.health.status, answer.status) or answer.status >= 500):
        return None
    promised = tuple(each for each in case.environment.backend.health.json_ if each.key not in NAMING_KEYS)
    number = f"{answer.status}"  # an error's form has the status in a key of that name, too: no word of health
    said = [each for each in unmet_json(promised, answer) if each.actual not in {"no such key", number}]
    said = [each for each in said if plain(each.actual) not in WELL or answer.status >= 500]
    if sick:
        words = [f"{what.removeprefix('json ')} is `{word!r}`" for what, word in sick]
    elif said:
        words = [f"{each.what.removeprefix('json ')} should be {each.expected} and is `{each.actual}`" for each in said]
    else:
        known = answer.body.json
        states = [
            key
            for key, value in known.items()
            if (key in KEYS and answer.status >= 500 and value != answer.status)
            or (key not in KEYS and says_ill(key, value))
        ]
        words = [f"{key} is `{known[key]!r}`" for key in states]
    if not words:
        return None
    if in_maintenance(answer) or any("maintenance" in each.lower() for each in words):
        return maintenance([exchange])
    return Signs((seen(exchange, *words, body(answer)),), ("health",))


def _in_part(case: Case, exchange: Exchange, answer: Answer) -> Signs | None:
    """The answer meets every expectation, and says that something is missing: worth a warning."""
    found = works_in_part(case.environment.backend.health, answer)
    if found is None:
        return None
    what, word = found
    says = f"it calls {'itself' if what == 'it' else what} {quote(word.strip())}"
    return Signs(
        (seen(exchange, says, body(answer)),),
        ("health",),
        Confidence.LIKELY,
        advisory=True,
        variant="degraded",
        against=("the response meets every expectation",),
    )


RULES = (Rule("app.unhealthy", Level.HEALTH, judge, unless=("app.wrong-service", "app.partial-outage")),)
