"""A free instance was asleep: it woke during the run, or it did not."""

from __future__ import annotations

from msgspec.structs import replace

from smokegate.diagnosis.case import Hit
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import edge_signs, intermittent
from smokegate.diagnosis.wording import quote, seen

FAILED = "render.wake-failed"
WAKING = "render.waking"
FREE = "free"
HELD = 2.0
"""A first answer that took so many seconds, and was fast when repeated, was held meanwhile."""
TIMES = 10.0


def wake_failed(case: Case) -> Signs | None:
    """The edge says that it could not wake the instance, and no sample of the run found it awake."""
    signs = edge_signs(case, FAILED, Confidence.LIKELY)
    return None if signs is None or signs.advisory or intermittent(case, signs) else _with_plan(case, signs)


def waking(case: Case) -> Signs | None:
    """It slept at first and was awake later in the run, or the edge says that it is waking."""
    hits = _sorted((*case.edges(WAKING), *case.edges(FAILED)))
    signs = edge_signs(case, WAKING, Confidence.LIKELY, hits)
    if signs is None:
        held = _held(case)
        return None if held is None else _with_plan(case, held)
    only_failed = not case.edges(WAKING) and not signs.advisory and not intermittent(case, signs)
    return None if only_failed else _with_plan(case, signs)


def _with_plan(case: Case, signs: Signs) -> Signs:
    """Add what the platform's API says: only a service on the free plan sleeps."""
    platform = case.observation.platform
    service = platform.backend if platform is not None and platform.cause is None else None
    if service is None or not service.plan:
        return signs
    line = f"Render's API: {service.name} is on the plan {quote(service.plan)}"
    if service.plan == FREE:
        return replace(signs, evidence=(*signs.evidence, line))
    return replace(
        signs, confidence=Confidence.POSSIBLE, against=(*signs.against, f"{line}, on which no service sleeps")
    )


def _sorted(hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
    return tuple(sorted(hits, key=lambda hit: hit.healed))


def _held(case: Case) -> Signs | None:
    health = case.exchange("health")
    answer = case.app("health")
    if health is None or answer is None or not health.measured or not _on_render(case):
        return None
    first, best = health.measured[0], min(health.measured)
    if first < HELD or first < TIMES * best:
        return None
    line = f"its first answer took {first:.1f} s, the fastest one after it {best:.2f} s"
    return Signs(
        (seen(health, line),),
        ("health",),
        Confidence.POSSIBLE,
        variant="held",
        advisory=True,
    )


def _on_render(case: Case) -> bool:
    answer = case.answer("health")
    return answer is not None and ("x-render-origin-server" in answer.headers or "rndr-id" in answer.headers)


RULES = (
    Rule(FAILED, Level.ROUTING, wake_failed, after=REACHED),
    Rule(WAKING, Level.ROUTING, waking, after=REACHED),
)
