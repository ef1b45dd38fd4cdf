"""Each declared endpoint answers as declared, in time."""

from __future__ import annotations

from smokegate.api import Deployment, check


@check("endpoint.as-declared", after=("health.ok",), needs=("endpoint",))
def test_endpoint_answers_as_declared(deployment: Deployment) -> None:
    """The endpoint has the status, the JSON values, the headers and the text that the environment file declares.

    Symptom: the health check is green, and a part of the application that it does not touch is broken.
    """
    deployment.endpoint().expect_declared()


@check("endpoint.steady", after=("endpoint.as-declared", "health.steady"), needs=("endpoint.sampled",))
def test_endpoint_is_steady(deployment: Deployment) -> None:
    """Every sample of an endpoint is as good as the first: those that touch the database are sampled.

    Symptom: every second page load fails, since some of the instances have lost the database.
    """
    for sample in deployment.endpoint_samples:
        if sample.was_sent:
            sample.expect_declared()


@check("endpoint.budget", after=("endpoint.as-declared",), needs=("endpoint.within",), severity="advisory")
def test_endpoint_is_within_its_budget(deployment: Deployment) -> None:
    """The endpoint answers within its latency budget.

    Symptom: `/ping_fast` is not fast any more.
    """
    endpoint = deployment.endpoint()
    endpoint.expect_within(endpoint.within)
