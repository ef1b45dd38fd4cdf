"""What nginx says when it cannot pass a request on, and when it does not find a backend that answers beside it."""

from __future__ import annotations

from msgspec.structs import replace

from smokegate.diagnosis.case import Hit
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Judge, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import edge_signs, limited, sometimes
from smokegate.diagnosis.wording import seen
from smokegate.knowledge.causes import cause_text
from smokegate.observation.exchange import Answer

REPLACES = "nginx.upstream-unavailable"
LIMIT = "nginx.rate-limited"
PAGES: dict[str, tuple[str, ...]] = {
    REPLACES: ("nginx.gateway-timeout",),
    "nginx.bad-gateway": ("nginx.gateway-timeout", REPLACES, LIMIT),
    "nginx.unavailable": (LIMIT,),
    "nginx.gateway-timeout": (),
    "nginx.own-error": (),
    LIMIT: (),
}
"""The causes for which nginx has a page of its own, each with others that say more of the same thing."""


def by_limit(case: Case) -> Signs | None:
    """Judge by nginx's page for 429, or by the 503 that `limit_req` gives by default.

    A backend that is away is a 503 for ingress-nginx, too: it is a limit where the same address was answered before.
    """
    signs = edge_signs(case, LIMIT)
    if signs is None:
        hits = case.edges("nginx.unavailable")
        limits = any(_let_through_before(case, hit) for hit in hits)  # then it does so for each address of this run
        signs = edge_signs(case, LIMIT, Confidence.LIKELY, hits) if limits else None
    return None if signs is None else limited(case, signs)


def _let_through_before(case: Case, hit: Hit) -> bool:
    if not isinstance(hit.outcome, Answer) or hit.outcome.status != 503:
        return False
    exchange = hit.exchange
    refused = next((each.started for each in exchange.earlier if each.outcome is hit.outcome), exchange.started)
    return any(
        each.request.url == exchange.request.url and each.started < refused and case.app(each.name) is not None
        for each in case.backend
    )


def by_page(code: str) -> Judge:
    """Judge by the answers that nginx made for this cause."""

    def judge(case: Case) -> Signs | None:
        signs = edge_signs(case, code, Confidence.LIKELY)
        health = case.app("health")
        if signs is None:
            return None
        if health is None or signs.advisory or code != REPLACES:
            return sometimes(case, signs, cause_text(code).title)
        if health.status >= 500:
            return None  # the backend is there and says 503 itself, which nginx replaces elsewhere
        return replace(
            signs,
            confidence=Confidence.LIKELY,
            variant="some-paths",
            against=("the health check was answered by the backend, so it is not down altogether",),
        )

    return judge


BEHIND = ("nginx.bad-gateway", "nginx.upstream-unavailable", "nginx.gateway-timeout")


def stale(case: Case) -> Signs | None:
    """Health is nginx's error at the edge, and 2xx when the server asks the backend itself."""
    exchange, edge = case.exchange("health"), case.edge("health")
    origin = getattr(case.observation.server, "origin", ())
    answers = [each for each in origin if each.status is not None and 200 <= each.status < 300]
    if exchange is None or edge is None or edge.code not in BEHIND or not answers:
        return None
    inside = [f"origin: GET {each.path} on the server itself answered {each.status}" for each in answers[:2]]
    return Signs((*inside, seen(exchange, edge.sign)), ("health",), Confidence.LIKELY)


STALE = "nginx.stale-upstream"
JUDGES = {code: by_limit if code == LIMIT else by_page(code) for code in PAGES}
RULES = (
    *(Rule(code, Level.ROUTING, JUDGES[code], after=REACHED, unless=(STALE, *more)) for code, more in PAGES.items()),
    Rule(STALE, Level.ROUTING, stale, after=REACHED),
)
