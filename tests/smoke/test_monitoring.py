"""The monitoring summary tells the truth, and what it tells is good."""

from __future__ import annotations

import pytest

from smokegate.diagnosis.broken import is_fresh
from smokegate.environment.model import Environment, Monitoring
from smokegate.plugin.seen import Broken, Seen


@pytest.fixture
def promised(environment: Environment) -> Monitoring:
    """What the environment file says of the monitoring summary."""
    assert environment.backend.monitoring is not None
    return environment.backend.monitoring


def test_monitoring_gives_a_known_status(monitoring: Seen, promised: Monitoring) -> None:
    """The summary answers 200 with one of the statuses it may have: 200 around an error is still an error.

    Symptom: the dashboard shows "Backend Health: ERROR" while every HTTP check is green.
    """
    known = (*promised.healthy, *promised.degraded, *promised.unhealthy)
    monitoring.must(monitoring.status == 200, "status 200")
    status = monitoring.value(*promised.field.split("."))
    monitoring.must(status in known, f"{promised.field} one of {', '.join(known)}", f"{promised.field} is {status!r}")


@pytest.mark.advisory(by="backend.monitoring.on_degraded")
def test_monitoring_is_not_degraded(monitoring: Seen, promised: Monitoring) -> None:
    """The summary does not say that the service works in part only.

    Symptom: the dashboard shows "degraded".
    """
    _must_not_be(monitoring, promised, promised.degraded)


@pytest.mark.advisory(by="backend.monitoring.on_unhealthy")
def test_monitoring_is_not_unhealthy(monitoring: Seen, promised: Monitoring) -> None:
    """The summary does not report trouble.

    Symptom: the dashboard shows "unhealthy", with errors listed.
    """
    _must_not_be(monitoring, promised, promised.unhealthy)


@pytest.mark.needs("backend.monitoring.fresh_within")
@pytest.mark.advisory(by="backend.monitoring.on_stale")
def test_monitoring_data_is_fresh(monitoring: Seen, promised: Monitoring) -> None:
    """The data under the summary is not older than it may be.

    Symptom: the summary is "healthy" with numbers of yesterday, since the worker that renews them is down.
    """
    assert promised.age_field is not None
    assert promised.fresh_within is not None
    age = monitoring.value(*promised.age_field.split("."))
    limit = f"{promised.age_field} at most {promised.fresh_within:g} s"
    number = isinstance(age, int | float) and not isinstance(age, bool)
    monitoring.must(number, limit, f"{promised.age_field} is {age!r}: nothing is known of the data's age")
    monitoring.must(is_fresh(age, promised.fresh_within), limit, f"{promised.age_field} is {age}")


@pytest.mark.advisory
@pytest.mark.needs("backend.monitoring.within")
def test_monitoring_is_within_its_budget(monitoring: Seen, promised: Monitoring) -> None:
    """The summary answers within its latency budget.

    Symptom: the dashboard takes long to load.
    """
    monitoring.must_answer_within(promised.within)


def _must_not_be(monitoring: Seen, promised: Monitoring, words: tuple[str, ...]) -> None:
    status = monitoring.value(*promised.field.split("."))
    if status in words:
        raise Broken(
            f"{promised.field} {' or '.join(promised.healthy)}",
            f"{promised.field} is {status!r}",
            monitoring.exchange,
        )
