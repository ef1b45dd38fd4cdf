"""A container has no restart policy that brings it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import Level, Rule, Signs
from smokegate.diagnosis.server_evidence import view_of
from smokegate.diagnosis.server_rule_helpers import STATES, named
from smokegate.diagnosis.service_state import weak_policy
from smokegate.diagnosis.wording import quote

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """The policy of a container is not among those that the environment file finds good enough."""
    compose, view = case.environment.compose, view_of(case)
    if compose is None or view is None:
        return None
    found = [each for each in view.services if weak_policy(each, compose, view)]
    if not found:
        return None
    lines = tuple(f"container {each.container}: {quote(f'restart policy: {each.restart_policy}')}" for each in found)
    return Signs(lines, names=named(found))


RULES = (
    Rule(
        code="container.restart-policy",
        title="The service {service} will not come back after a crash or a reboot",
        level=Level.ADVICE,
        owner=Owner.CONFIGURATION,
        symptom="After the next reboot of the server, or the next crash, the service stays down.",
        reads=STATES,
        judge=judge,
        steps=(
            "See what is declared, on the server in `{directory}`: `{compose} config {service}`.",
            (
                "Give it `restart: unless-stopped` in the compose file of `{directory}`, then `{compose}"
                " up -d {service}`."
            ),
        ),
        competing=("a service that is meant to run once: leave it out of `services` in `{file}`",),
        advisory=True,
    ),
)
