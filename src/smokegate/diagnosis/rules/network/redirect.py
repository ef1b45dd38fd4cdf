"""The backend sends its callers somewhere else."""

from __future__ import annotations

from smokegate.diagnosis.exchange_names import host_of
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import header, seen
from smokegate.observation.exchange import Exchange


def judge(case: Case) -> Signs | None:
    """A redirect to another origin came where something else was declared, and no known edge made it."""
    hits = [each for each in case.backend if _leads_away(case, each)]
    if not hits:
        return None
    answer = hits[0].answer
    assert answer is not None
    sound = [each for each in case.backend if case.promise(each.name) and case.sound(each.name)]
    return Signs(
        (seen(hits[0], header(answer, "location")), *(seen(each) for each in hits[1:3])),
        tuple(each.name for each in hits),
        Confidence.LIKELY if sound else Confidence.CERTAIN,
        against=tuple(seen(each) for each in sound[:1]),
        names={"where": answer.redirects_to or "", "request": f"{hits[0].request.method} {hits[0].request.url}"},
    )


def _leads_away(case: Case, exchange: Exchange) -> bool:
    answer = exchange.answer
    if answer is None or answer.redirects_to is None or case.promise(exchange.name) is None:
        return False
    edge = case.edge(exchange.name)
    elsewhere = host_of(answer.redirects_to) != host_of(exchange.request.url)
    return elsewhere and not case.sound(exchange.name) and edge is None


RULES = (Rule("net.redirects", Level.ROUTING, judge, after=REACHED, silences=("app",)),)
