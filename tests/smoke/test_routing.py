"""A server is behind the hostname, and it is the right one."""

from __future__ import annotations

from smokegate.api import Deployment, check


@check("routing.app-answers", after=("reach.http",))
def test_a_server_is_behind_the_hostname(deployment: Deployment) -> None:
    """The application answers, and not a platform's edge, a proxy or a cache in its place.

    Symptom: every path is 404 "Not Found" with `x-render-routing: no-server`, while users think that they
    have registered; or nginx says "Backend service temporarily unavailable"; or a gateway's 502.
    """
    health = deployment.health
    edge = health.made_by_edge
    actual = f"status {health.status}, made by the edge: {edge.sign}" if edge else None
    health.expect(edge is None, "an answer of the application", actual)


@check("routing.right-service", after=("routing.app-answers",))
def test_it_is_the_right_service(deployment: Deployment) -> None:
    """What answers is the service that the environment file names.

    Symptom: the address was given to another service, or a proxy sends to the wrong container: 200, but
    from another application.
    """
    wrong = deployment.wrong_identity
    deployment.health.expect(not wrong, "; ".join(f"{each.what} {each.expected}" for each in wrong))
