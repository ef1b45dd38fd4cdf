"""What the monitoring summary says in its 200."""

from __future__ import annotations

import json
import re

from smokegate.diagnosis.broken import is_fresh, monitoring_status
from smokegate.diagnosis.rule import EXPLAINED, Case, Level, Rule, Signs
from smokegate.diagnosis.wording import body, quote, seen
from smokegate.environment.model import Monitoring
from smokegate.observation.evidence.json_rules import MISSING, lookup
from smokegate.observation.exchange import Answer, Exchange

SAYS_WHY = re.compile(r"err|reason|cause|problem|fail|warn|issue|alert|exception|detail|message", re.IGNORECASE)
WHYS_AT_MOST, DEPTH = 3, 4
Read = tuple["Exchange", "Answer", "Monitoring"]


def summary(case: Case) -> Read | None:
    """Return the summary that the application gave with 200, and what is expected of it."""
    exchange, answer = case.exchange("monitoring"), case.app("monitoring")
    monitoring = case.environment.backend.monitoring
    if exchange is None or answer is None or monitoring is None or answer.status != 200:
        return None
    return exchange, answer, monitoring


def error(case: Case) -> Signs | None:
    """The status is none that the summary may have."""
    read = summary(case)
    if read is None or monitoring_status(case) is not None:
        return None
    exchange, answer, monitoring = read
    status = _value(answer, monitoring.field)
    said = f"it has no {monitoring.field}" if status is MISSING else f"{monitoring.field} is {quote(_json(status))}"
    return Signs((seen(exchange, said, body(answer)),), ("monitoring",), names={"said": said.replace("`", "")})


def stale(case: Case) -> Signs | None:
    """The data under the summary is older than it may be, from the future, or of unknown age."""
    read = summary(case)
    if read is None or read[2].age_field is None or read[2].fresh_within is None:
        return None
    exchange, answer, monitoring = read
    age = _value(answer, monitoring.age_field or "")
    if is_fresh(age, monitoring.fresh_within or 0):
        return None
    said = f"it has no {monitoring.age_field}" if age is MISSING else f"{monitoring.age_field} is {quote(_json(age))}"
    return Signs(
        (seen(exchange, said, f"at most {monitoring.fresh_within:g} s are expected"),),
        ("monitoring",),
        advisory=monitoring.on_stale == "advisory",
        variant="future" if isinstance(age, int | float) and age < 0 else "",
    )


def degraded(case: Case) -> Signs | None:
    """The status is one of those that mean 'in part'."""
    read = summary(case)
    return _status(case, read, read[2].degraded, advisory=read[2].on_degraded == "advisory") if read else None


def unhealthy(case: Case) -> Signs | None:
    """The status is one of those that mean trouble."""
    read = summary(case)
    return _status(case, read, read[2].unhealthy, advisory=read[2].on_unhealthy == "advisory") if read else None


def _status(case: Case, read: Read, words: tuple[str, ...], *, advisory: bool) -> Signs | None:
    exchange, answer, monitoring = read
    status = monitoring_status(case)
    if status is None or status not in words or status in monitoring.healthy:
        return None
    why = tuple(f"it says why: {quote(each)}" for each in whys(answer.body.json))
    line = seen(exchange, f"{monitoring.field} is {quote(status)}", *(why or (body(answer),)))
    return Signs((line,), ("monitoring",), advisory=advisory)


def whys(value: object, depth: int = 0, *, named: bool = False) -> list[str]:
    """Return the texts under keys that say what is wrong, such as `errors` or `reason`; at most three."""
    if isinstance(value, str):
        return [value] if named and value.strip() else []
    if depth > DEPTH:
        return []
    if isinstance(value, dict):
        pairs = [(named or bool(SAYS_WHY.search(str(key))), each) for key, each in value.items()]
    elif isinstance(value, list):
        pairs = [(named, each) for each in value]
    else:
        return []
    found = [text for is_named, each in pairs for text in whys(each, depth + 1, named=is_named)]
    return list(dict.fromkeys(found))[:WHYS_AT_MOST]


def _value(answer: Answer, key: str) -> object:
    return lookup(answer.body.json, tuple(key.split("."))) if answer.body.is_json else MISSING


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


RULES = (
    Rule("monitoring.error", Level.MONITORING, error, unless=EXPLAINED),
    Rule("monitoring.stale", Level.MONITORING, stale, unless=(*EXPLAINED, "monitoring.error")),
    Rule("monitoring.degraded", Level.ADVICE, degraded, unless=EXPLAINED, advisory=True),
    Rule("monitoring.unhealthy", Level.ADVICE, unhealthy, unless=EXPLAINED, advisory=True),
)
