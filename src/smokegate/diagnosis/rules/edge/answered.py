"""A platform, a proxy or a gateway that is not known answered in the application's place: one row for what it says."""

from __future__ import annotations

from msgspec.structs import replace

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.case import Hit
from smokegate.diagnosis.exchange_names import host_of, is_sample
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Judge, Level, Owner, Rule, Signs
from smokegate.diagnosis.rule_helpers import carries_credentials, edge_signs, limited, sometimes
from smokegate.diagnosis.wording import quote, seen
from smokegate.knowledge.causes import CauseText, Step, cause_text
from smokegate.knowledge.edge_files import SAYS
from smokegate.observation.evidence.edge import UNKNOWN, EdgeAnswer
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.sign_in_reply import reply
from smokegate.observation.evidence.version import from_cache
from smokegate.observation.transport.limits import number

ITSELF = "the application itself, which may answer so without any gateway"
STEPS_AT_MOST = 5
CACHED = "edge.cached"
KEPT_OUT = "edge.kept-out"
OWN = "x-nextjs-cache"
"""What an application says of the cache in itself: it is there."""
YOUNG = 60
"""Seconds for which a cached answer is as good as a new one."""


def by_kind(code: str) -> Judge:
    """Judge by the answers that an edge made to say this."""

    def judge(case: Case) -> Signs | None:
        hits = case.edges(code)
        signs = edge_signs(case, code, hits=hits)
        first = next((hit for hit in hits if not hit.healed), hits[0] if hits else None)
        if signs is None or first is None or first.edge is None or _refuses_ours(first):
            return None
        found = sometimes(case, _detailed(case, cause_text(code), signs, first), cause_text(code).title)
        return limited(case, found) if code == "edge.rate-limited" else found

    return judge


def _refuses_ours(hit: Hit) -> bool:
    """Return whether it is a 401 to credentials of the file that no known gateway gave: either way they are wrong."""
    status = getattr(hit.outcome, "status", None)
    return status == 401 and hit.edge is not None and hit.edge.edge == UNKNOWN and carries_credentials(hit.exchange)


def _detailed(case: Case, text: CauseText, signs: Signs, hit: Hit) -> Signs:
    edge = hit.edge
    assert edge is not None
    unknown = edge.edge == UNKNOWN
    local = not is_sample(hit.exchange.name) and case.sound("health") and case.edge("health") is None
    first = cause_text(edge.code, "gateway-unknown").steps if unknown else edge.steps
    against = signs.against
    if local and not hit.healed:
        against = (*against, "the health check was answered by the application, so it is not down as a whole")
    return replace(
        signs,
        confidence=Confidence.CERTAIN if edge.certain and not (local or edge.files) else Confidence.LIKELY,
        owner=_owner(text, edge, local=local),
        title=edge.title,
        competing=((ITSELF,) if not edge.certain else ()) + text.competing,
        against=against,
        steps=_shortened((*first, *text.steps), edge),
        evidence=(*signs.evidence, *_marks_missed(case, hit)),
        names={**signs.names, "edge": f"{edge.edge[0].upper()}{edge.edge[1:]}"},
    )


def _owner(text: CauseText, edge: EdgeAnswer, *, local: bool) -> Owner | None:
    """Only words that nothing else could have said excuse what the team deployed.

    A web server that refuses some paths, and answers this client on others, does so by its own configuration.
    """
    unproven = text.owner == Owner.PLATFORM.value and not edge.certain
    return Owner.CONFIGURATION if unproven or (local and edge.files) else None


def _shortened(steps: tuple[Step, ...], edge: EdgeAnswer) -> tuple[Step, ...]:
    # The documentation comes last: the first step is often the only one that is shown.
    link = (f"{edge.edge[0].upper()}{edge.edge[1:]}'s documentation: {edge.link}",) if edge.link else ()
    return (*tuple(dict.fromkeys(steps))[: STEPS_AT_MOST - len(link)], *link)


def _marks_missed(case: Case, hit: Hit) -> tuple[str, ...]:
    """Name a header of the application's own that all its other answers carry and this one does not."""
    others = [
        each.answer.headers
        for each in case.backend
        if each.answer and each.name != hit.exchange.name and case.edge(each.name) is None
    ]
    if len(others) < 2 or hit.edge is None or hit.edge.certain:
        return ()
    shared = set.intersection(*(set(each) for each in others)) - set(getattr(hit.outcome, "headers", ()))
    own = sorted(name for name in shared if name.startswith("x-") or name == "server")
    return (f"it lacks {own[0]}, which each other answer of the application carries",) if own else ()


def kept_out(case: Case) -> Signs | None:
    """A gateway refuses this client, or the health check was redirected to a sign-in page of the same host."""
    signs, health = by_kind(KEPT_OUT)(case), case.exchange("health")
    if signs is not None or health is None or health.answer is None or not is_broken(case, health):
        return signs
    if not (is_html(health.answer) and reply(health.answer).turned_away):
        return None
    walled = [each for each in case.backend if each.answer and reply(each.answer).turned_away]
    return Signs(
        (seen(health),),
        ("health", *(each.name for each in walled if each is not health)),
        Confidence.LIKELY,
        variant="sign-in-page",
        names={"target": host_of(health.request.url)},
    )


def cached(case: Case) -> Signs | None:
    """The answer is hours old, or of an age that is not known and the only one that the backend gave."""
    return by_kind(CACHED)(case) or _of_unknown_age(case)


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


STALE = ("nginx.stale-upstream",)
RULES = (
    *(
        Rule(code, Level.ROUTING, kept_out if code == KEPT_OUT else by_kind(code), after=REACHED, unless=STALE)
        for code in (f"edge.{says}" for says in SAYS)
    ),
    Rule(CACHED, Level.ROUTING, cached, after=REACHED, unless=STALE),
)
