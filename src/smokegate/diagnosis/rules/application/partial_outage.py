"""Some requests for the same thing succeed and some fail."""

from __future__ import annotations

from smokegate.diagnosis.broken import described, failed_attempts
from smokegate.diagnosis.exchange_names import is_of, is_sample
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import seen
from smokegate.observation.exchange import Answer, Exchange, NoAnswer
from smokegate.observation.plan.backend import endpoint_name
from smokegate.observation.transport.causes import WireCause


def judge(case: Case) -> Signs | None:
    """Of the attempts at one thing, samples and retries, at least one is sound and at least one is not."""
    for group in _groups(case):
        if all(case.sound(each.name) for each in group):
            continue
        failed = [each for each in group if failed_attempts(case, each)]
        sent = sum(len(each.attempts) for each in group)
        bad = sum(failed_attempts(case, each) for each in failed)
        final = [each for each in failed if not case.sound(each.name)]
        sound = [each for each in group if case.sound(each.name)]
        spared = _only_late(failed) or _only_limited(case, final)
        if not final or bad == sent or spared or any(case.edge(e.name) for e in final if _routed(case, e)):
            continue
        what = "samples of the health check" if is_sample(group[0].name) else f"requests of {group[0].name}"
        share = f"{bad} of {sent} {what} failed"
        return Signs(
            evidence=(described(final[0], case), *(seen(each) for each in sound[:1])),
            exchanges=tuple(each.name for each in final),
            confidence=Confidence.LIKELY,  # instances are not seen: an overload or a deploy looks the same for a while
            names={"share": share},
        )
    return None


def _groups(case: Case) -> list[list[Exchange]]:
    """Return the samples of the health check, and of each endpoint, where there are answers to compare."""
    firsts = ["health", *(endpoint_name(each) for each in case.environment.backend.endpoints)]
    groups = [[each for each in case.exchanges if each.attempts and is_of(each.name, first)] for first in firsts]
    return [group for group in groups if group]


def _only_late(failed: list[Exchange]) -> bool:
    """Return whether nothing failed but time-outs: an event loop that is blocked answers nothing for a while."""
    causes = [one.cause for each in failed for one in each.attempts if isinstance(one, NoAnswer)]
    answers = [one for each in failed for one in each.attempts if isinstance(one, Answer)]
    late = bool(causes) and all(cause is WireCause.READ_TIMEOUT for cause in causes)
    return late and not any(answers)


def _only_limited(case: Case, final: list[Exchange]) -> bool:
    """Return whether every request that failed was refused for its rate: that is no instance's fault."""
    return all((answer := case.answer(each.name)) is not None and answer.status == 429 for each in final)


def _routed(case: Case, exchange: Exchange) -> bool:
    """Return whether the edge says by itself why this sample failed, which another rule reports."""
    edge = case.edge(exchange.name)
    return edge is not None and not edge.code.startswith("nginx.bad")


RULES = (
    Rule("app.partial-outage", Level.HEALTH, judge, after=REACHED, unless=("render", "nginx", "app.mixed-versions")),
)
