"""A platform, a proxy or a gateway that is not known answered in the application's place: one row for what it says."""

from __future__ import annotations

from msgspec.structs import replace

from smokegate.diagnosis.case import Hit
from smokegate.diagnosis.exchange_names import is_sample
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Judge, Level, Owner, Rule, Signs
from smokegate.diagnosis.rule_helpers import carries_credentials, edge_signs, limited, sometimes
from smokegate.knowledge.causes import CauseText, Step, cause_text
from smokegate.knowledge.edge_files import SAYS
from smokegate.observation.evidence.edge import UNKNOWN

TELL_APART: tuple[Step, ...] = (
    (
        "Find out which of the two it is: look for this request in the application's log. If it is not there, a gateway"
        " in front of the application answered."
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
        steps=_shortened(steps),
        evidence=(*signs.evidence, *_marks_missed(case, hit)),
        names={**signs.names, "edge": f"{edge.edge[0].upper()}{edge.edge[1:]}"},
    )


def _shortened(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(dict.fromkeys(steps))[:STEPS_AT_MOST]


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


CODES = tuple(f"edge.{says}" for says in SAYS)
RULES = tuple(
    Rule(code, Level.ROUTING, by_kind(code), after=REACHED, unless=("nginx.stale-upstream",)) for code in CODES
)
