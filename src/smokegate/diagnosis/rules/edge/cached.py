"""A cache answered the health check: what is there now has not been seen."""

from __future__ import annotations

from smokegate.diagnosis.exchange_names import is_sample
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rules.edge.answered import by_kind
from smokegate.diagnosis.wording import quote, seen
from smokegate.observation.evidence.version import from_cache
from smokegate.observation.transport.limits import number

CODE = "edge.cached"
OWN = "x-nextjs-cache"
"""What an application says of the cache in itself: it is there."""
YOUNG = 60
"""Seconds for which a cached answer is as good as a new one."""


def judge(case: Case) -> Signs | None:
    """The answer is hours old, or of an age that is not known and the only one that the backend gave."""
    return by_kind(CODE)(case) or _of_unknown_age(case)


def _of_unknown_age(case: Case) -> Signs | None:
    exchange, answer = case.exchange("health"), case.app("health")
    if exchange is None or answer is None or case.unmet_of("health"):
        return None
    said, age = from_cache(answer), number(answer.headers.get("age", ""))
    if said is None or said.startswith(OWN) or (age is not None and age <= YOUNG):
        return None
    others = [a for each in case.backend if (a := case.app(each.name)) is not None and a.status < 400]
    if any(from_cache(each) is None for each in others):
        return None  # something else was answered anew: the application is there
    return Signs(
        (seen(exchange, quote(said)),),
        tuple(each.name for each in case.backend if is_sample(each.name)),
        Confidence.LIKELY,
        advisory=True,
        against=("its status and body are those that are expected",),
        variant="age-unknown",
    )


RULES = (Rule(CODE, Level.ROUTING, judge, after=REACHED, unless=("nginx.stale-upstream",)),)
