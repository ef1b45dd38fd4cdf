"""The health check answers as declared, every time and in time."""

from __future__ import annotations

from smokegate.api import Deployment, check


@check("health.ok", after=("routing.right-service",))
def test_health_is_ok(deployment: Deployment) -> None:
    """The health check has the status and the body that the environment file declares.

    Symptom: 404 or 500, or a 200 whose body says that the service is unhealthy.
    """
    deployment.health.expect_declared()


@check("health.steady", after=("health.ok",))
def test_health_is_steady(deployment: Deployment) -> None:
    """Every sample of the health check is as good as the first.

    Symptom: the page works on the second try, since some of the instances behind the address are broken or
    another version.
    """
    sent = [sample for sample in deployment.samples if sample.was_sent]
    bad = [sample for sample in sent if not sample.as_declared]
    shown = bad[0] if bad else deployment.health
    total = len(sent)
    shown.expect(not bad, f"{total} of {total} good answers", f"{total - len(bad)} of {total}")


@check("health.budget", after=("health.ok",), needs=("backend.health.within",), severity="advisory")
def test_health_is_within_its_budget(deployment: Deployment) -> None:
    """The health check answers within its latency budget.

    Symptom: the application is slow although it is "up".
    """
    deployment.health.expect_within(deployment.environment.backend.health.within)
