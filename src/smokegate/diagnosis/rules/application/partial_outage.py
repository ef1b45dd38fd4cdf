"""Some samples of the health check are sound and some are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import told
from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs
from smokegate.diagnosis.wording import seen

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.observation.model import Exchange


def judge(case: Case) -> Signs | None:
    """Of the samples of one run, at least one is sound and at least one is not."""
    asked = [each for each in case.samples if each.answer or each.no_answer]
    sound = [each for each in asked if case.sound(each.name)]
    failed = [each for each in asked if each not in sound]
    if not sound or not failed or any(case.edge(each.name) for each in failed if _routed(case, each)):
        return None
    share = f"{len(failed)} of {len(asked)} samples of the health check failed"
    return Signs(
        evidence=(f"{told(failed[0], case)} ({share})", seen(sound[0])),
        exchanges=tuple(each.name for each in failed),
        names={"share": share},
    )


def _routed(case: Case, exchange: Exchange) -> bool:
    """Tell whether the edge says by itself why this sample failed, which another rule tells."""
    edge = case.edge(exchange.name)
    return edge is not None and not edge.code.startswith("nginx.bad")


RULES = (
    Rule(
        code="app.partial-outage",
        title="Some instances behind {host} are broken: {share}",
        level=Level.HEALTH,
        owner=Owner.APP,
        symptom="The page works on the second try.",
        reads=("every sample of the health check",),
        judge=judge,
        steps=(
            "Look how many instances run and which of them fail; restart or replace those.",
            (
                ("On the server, in `{directory}`: `{compose} ps`, then `{compose} logs --tail 100 {service}`."),
                (
                    "Compare the logs of the instances from their last start on: one that failed to start"
                    " right says why."
                ),
            ),
            "If a deploy is going on, wait for its end and run again: `{verify} --wait`.",
        ),
        competing=(
            "a deploy that is going on",
            "one instance that is broken",
            "an overload that hits some requests",
        ),
        after=REACHED,
        unless=("render", "nginx", "app.mixed-versions"),
    ),
)
