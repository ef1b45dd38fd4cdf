"""The health check answers as promised, every time and in time."""

from __future__ import annotations

import pytest

from smokegate.environment.model import Environment
from smokegate.observation.evidence.assertions import unmet
from smokegate.observation.model import NotSent
from smokegate.plugin.seen import Seen


def test_health_is_ok(health: Seen, environment: Environment) -> None:
    """The health check has the status and the body that it promises.

    Symptom: 404 or 500, or a 200 whose body says that the service is unhealthy.
    """
    health.must_keep(environment.backend.health)


def test_health_is_steady(health: Seen, samples: list[Seen], environment: Environment) -> None:
    """Every sample of the health check is as good as the first.

    Symptom: the page works on the second try, since some of the instances behind the address are broken or
    another version.
    """
    health.must_keep(environment.backend.health)
    asked = [s for s in samples if not isinstance(s.exchange.outcome, NotSent)]
    good = [s for s in asked if s.exchange.answer and not unmet(environment.backend.health, s.exchange.answer)]
    worst = next((s for s in asked if s not in good), health)
    total = len(asked)
    worst.must(len(good) == total, f"{total} of {total} good answers", f"{len(good)} of {total}")


@pytest.mark.advisory
@pytest.mark.needs("backend.health.within")
def test_health_is_within_its_budget(health: Seen, environment: Environment) -> None:
    """The health check answers within its latency budget.

    Symptom: the application is slow although it is "up".
    """
    health.must_answer_within(environment.backend.health.within)
