"""The proxy through which the runner sends its requests gives no way through."""

from __future__ import annotations

from msgspec.structs import replace

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import lines, names, wire_signs
from smokegate.observation.exchange import Answer
from smokegate.observation.transport.causes import WireCause

NOTHING_CAME = "nothing came through the proxy"
"""How the transport words it where the proxy was reached, and the answer of the host did not come."""
MADE = tuple(f"edge.{says}" for says in ("app-away", "app-slow", "kept-out", "name-of-app", "broke-off"))
"""What a proxy says of a host that it does not reach or does not let through."""


def judge(case: Case) -> Signs | None:
    """The request ended at the proxy: it does not listen, refuses to connect to this host, or passes nothing on."""
    hits = case.wires(WireCause.PROXY)
    signs = wire_signs(case, hits)
    if signs is None:
        return _made_by_proxy(case)
    details = [getattr(hit.outcome, "detail", "") for hit in hits]
    open_ = case.environment.backend.url.startswith("http:") and any(NOTHING_CAME in each for each in details)
    return replace(signs, confidence=Confidence.LIKELY, variant="silent") if open_ else signs


def _made_by_proxy(case: Case) -> Signs | None:
    """In plain HTTP, a gateway's answer that came through a proxy may be the proxy's own."""
    hits = tuple(
        hit
        for code in MADE
        for hit in case.edges(code)
        if isinstance(hit.outcome, Answer) and hit.outcome.proxied and not hit.healed
    )
    if not hits:
        return None
    return Signs(lines(hits), names(hits), Confidence.LIKELY, variant="answered")


RULES = (Rule("runner.proxy", Level.RUNNER, judge, after=()),)
