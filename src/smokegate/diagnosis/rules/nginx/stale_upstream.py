"""The backend answers on the server itself, and nginx in front of it does not find it."""

from __future__ import annotations

from smokegate.diagnosis.rule import REACHED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import seen

BEHIND = ("nginx.bad-gateway", "nginx.upstream-unavailable", "nginx.gateway-timeout")


def judge(case: Case) -> Signs | None:
    """Health is nginx's error at the edge, and 2xx when the server asks the backend itself."""
    exchange, edge = case.exchange("health"), case.edge("health")
    origin = getattr(case.observation.server, "origin", ())
    answers = [each for each in origin if each.status is not None and 200 <= each.status < 300]
    if exchange is None or edge is None or edge.code not in BEHIND or not answers:
        return None
    inside = [f"origin: GET {each.path} on the server itself answered {each.status}" for each in answers[:2]]
    return Signs((*inside, seen(exchange, edge.sign)), ("health",), Confidence.LIKELY)


RULES = (Rule("nginx.stale-upstream", Level.ROUTING, judge, after=REACHED),)
