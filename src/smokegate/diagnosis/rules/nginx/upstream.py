"""What nginx says when it cannot pass a request on."""

from __future__ import annotations

from msgspec.structs import replace

from smokegate.diagnosis.case import Hit
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Judge, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import edge_signs, limited, sometimes
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


RULES = tuple(
    Rule(
        code,
        Level.ROUTING,
        by_limit if code == LIMIT else by_page(code),
        after=REACHED,
        unless=("nginx.stale-upstream", *unless),
    )
    for code, unless in PAGES.items()
)
