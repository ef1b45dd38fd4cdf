"""The monitoring summary is truthful, and what it reports is good."""

from __future__ import annotations

from smokegate.api import Deployment, check, is_fresh, is_number


@check("monitoring.status", after=("health.ok",), needs=("backend.monitoring",))
def test_monitoring_gives_a_known_status(deployment: Deployment) -> None:
    """The summary answers 200 with one of the statuses it may have: 200 around an error is still an error.

    Symptom: the dashboard shows "Backend Health: ERROR" while every HTTP check is green.
    """
    summary = deployment.monitoring
    summary.expect(summary.status == 200, "status 200")
    field, known = summary.section.field, summary.known_statuses
    actual = f"{field} is {summary.reported!r}"
    summary.expect(summary.reported in known, f"{field} one of {', '.join(known)}", actual)


@check(
    "monitoring.not-degraded",
    after=("monitoring.status",),
    needs=("backend.monitoring",),
    by="backend.monitoring.on_degraded",
)
def test_monitoring_is_not_degraded(deployment: Deployment) -> None:
    """The summary does not say that the service works only in part.

    Symptom: the dashboard shows "degraded".
    """
    summary = deployment.monitoring
    summary.expect_none_of(summary.section.degraded)


@check(
    "monitoring.not-unhealthy",
    after=("monitoring.status",),
    needs=("backend.monitoring",),
    by="backend.monitoring.on_unhealthy",
)
def test_monitoring_is_not_unhealthy(deployment: Deployment) -> None:
    """The summary does not report trouble.

    Symptom: the dashboard shows "unhealthy", with errors listed.
    """
    summary = deployment.monitoring
    summary.expect_none_of(summary.section.unhealthy)


@check(
    "monitoring.fresh",
    after=("monitoring.status",),
    needs=("backend.monitoring.fresh_within",),
    by="backend.monitoring.on_stale",
)
def test_monitoring_data_is_fresh(deployment: Deployment) -> None:
    """The data under the summary is not older than it may be.

    Symptom: the summary is "healthy" with numbers of yesterday, since the worker that renews them is down.
    """
    summary = deployment.monitoring
    field, allowed = summary.section.age_field, summary.section.fresh_within
    assert field is not None
    assert allowed is not None
    age = summary.value(field)
    limit = f"{field} at most {allowed:g} s"
    summary.expect(is_number(age), limit, f"{field} is {age!r}: the data's age is not known")
    summary.expect(is_fresh(age, allowed), limit, f"{field} is {age}")


@check(
    "monitoring.budget",
    after=("monitoring.status",),
    needs=("backend.monitoring.within",),
    severity="advisory",
)
def test_monitoring_is_within_its_budget(deployment: Deployment) -> None:
    """The summary answers within its latency budget.

    Symptom: the dashboard takes long to load.
    """
    summary = deployment.monitoring
    summary.expect_within(summary.section.within)
