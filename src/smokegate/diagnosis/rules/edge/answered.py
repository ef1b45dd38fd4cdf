"""A platform, a proxy or a gateway that is not known answered in the application's place: one row for what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.exchange_names import host_of, is_sample
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Case, Judge, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import carries_credentials, edge_signs, limited, sometimes
from smokegate.diagnosis.wording import seen
from smokegate.knowledge.causes import CauseText, Step, cause_text
from smokegate.knowledge.edge_files import SAYS
from smokegate.observation.evidence.edge import UNKNOWN
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.sign_in_reply import reply

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Hit
    from smokegate.observation.evidence.edge import EdgeAnswer

TELL_APART: tuple[Step, ...] = (
    (
        "Find out whether the application or a gateway in front of it answered: if this request is not in the"
        " application's log, it was a gateway."
    ),
    (
        "Or send the same request past the gateway, on the server: `curl -sSi http://127.0.0.1:{port}{health}`.",
        "Or send the same request past the gateway, to the address where the application itself listens.",
    ),
)
ITSELF = "the application itself, which may answer so without any gateway"
STEPS_AT_MOST = 5


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
    steps = (*TELL_APART, *text.steps) if unknown else (*edge.steps, *text.steps)
    against = signs.against
    if local and not hit.healed:
        against = (*against, "the health check was answered by the application, so it is not down as a whole")
    return replace(
        signs,
        confidence=Confidence.CERTAIN if edge.certain and not local else Confidence.LIKELY,
        # Only a platform's own word, that nothing else could have said, excludes what the team deployed.
        owner=Owner.CONFIGURATION if text.owner == Owner.PLATFORM.value and not edge.certain else None,
        title=edge.title or (f"{text.title}; which gateway is not known" if unknown else None),
        competing=((ITSELF,) if not edge.certain else ()) + text.competing,
        against=against,
        steps=_shortened(steps, edge),
        evidence=(*signs.evidence, *_marks_missed(case, hit)),
        names={**signs.names, "edge": f"{edge.edge[0].upper()}{edge.edge[1:]}"},
    )


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
    """Judge by a gateway's refusal, or by a health check that was redirected to a sign-in page of the same host."""
    signs, health = by_kind("edge.kept-out")(case), case.exchange("health")
    if signs is not None or health is None or health.answer is None or not is_broken(case, health):
        return signs
    if not (is_html(health.answer) and reply(health.answer).turned_away):
        return None
    walled = [each for each in case.backend if each.answer and reply(each.answer).turned_away]
    return Signs(
        evidence=(seen(health),),
        exchanges=("health", *(each.name for each in walled if each is not health)),
        confidence=Confidence.LIKELY,
        title="Requests to {target} are redirected to a sign-in page",
        steps=(*TELL_APART[:1], *cause_text("edge.kept-out").steps),
        names={"target": host_of(health.request.url)},
    )


CODES = tuple(f"edge.{says}" for says in SAYS)
RULES = tuple(
    Rule(
        code,
        Level.ROUTING,
        kept_out if code == "edge.kept-out" else by_kind(code),
        after=REACHED,
        unless=("nginx.stale-upstream",),
    )
    for code in CODES
)
