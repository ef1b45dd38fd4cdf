"""The backend answers on the server itself, and nginx in front of it does not find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs
from smokegate.diagnosis.wording import seen

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

BEHIND = ("nginx.bad-gateway", "nginx.upstream-unavailable", "nginx.gateway-timeout")


def judge(case: Case) -> Signs | None:
    """Health is nginx's error at the edge, and 2xx when the server asks the backend itself."""
    exchange, edge = case.exchange("health"), case.edge("health")
    origin = getattr(case.observation.server, "origin", ())
    answers = [each for each in origin if each.status is not None and 200 <= each.status < 300]
    if exchange is None or edge is None or edge.code not in BEHIND or not answers:
        return None
    inside = [f"origin: GET {each.path} on the server itself answered {each.status}" for each in answers[:2]]
    return Signs(
        evidence=(*inside, seen(exchange, edge.sign)),
        exchanges=("health",),
        confidence=Confidence.LIKELY,
    )


RULES = (
    Rule(
        code="nginx.stale-upstream",
        title="nginx at {host} does not find the backend, which is healthy",
        level=Level.ROUTING,
        owner=Owner.CONFIGURATION,
        symptom=(
            "502 or 503 at the public address after the backend's container was recreated, while it answers"
            " on the server."
        ),
        reads=("the health check at the edge", "what the backend answers to the server itself"),
        judge=judge,
        steps=(
            ("On the server: `nginx -t && nginx -s reload`; nginx resolves a backend's name once, when it starts."),
            ("Read nginx's error log: 'connection refused' or 'no route to host' beside the old address proves it."),
            "Compare the address and port in its `proxy_pass` with where the backend listens ({port}).",
            "So that it does not come back: `resolver 127.0.0.11 valid=10s;` and a variable in `proxy_pass`.",
        ),
        competing=(
            "an address that nginx keeps from before",
            "a pause of some seconds after 'no live upstreams', which passes by itself",
            "a wrong address or port in nginx's configuration",
        ),
        after=REACHED,
    ),
)
