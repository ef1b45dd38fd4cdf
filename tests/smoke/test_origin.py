"""The backend answers the server itself, and answers its users the same."""

from __future__ import annotations

from smokegate.api import Deployment, check

NEEDS = ("server", "compose")


@check("origin.answers", after=("containers.collected",), needs=NEEDS)
def test_origin_answers(deployment: Deployment) -> None:
    """Requested on the server itself, the backend answers each path with a success.

    Symptom: the container runs, and nothing answers on its port.
    """
    server = deployment.server
    server.require_well(server.compose.backend)
    for answer in server.view.origin:
        actual = f"status {answer.status}" if answer.status else f"no answer: {answer.problem}"
        where = f"http://127.0.0.1:{server.compose.port}{answer.path} on the server"
        server.expect(answer.status is not None and 200 <= answer.status < 300, f"a success from {where}", actual)


@check("origin.budget", after=("origin.answers",), needs=NEEDS, severity="advisory")
def test_origin_is_within_its_budgets(deployment: Deployment) -> None:
    """Requested on the server itself, the backend keeps the latency budgets that are declared for its users.

    Symptom: `/ping_fast` is slow although nothing lies between: the server itself is overloaded.
    """
    server, backend = deployment.server, deployment.environment.backend
    server.require_well(server.compose.backend)
    budgets = {each.path: each.within for each in (backend.health, *backend.endpoints)}
    for answer in server.view.origin:
        budget = budgets.get(answer.path)
        if answer.status is not None and budget is not None:
            expected = f"{answer.path} within {budget * 1000:.0f} ms"
            server.expect(answer.seconds <= budget, expected, f"{answer.seconds * 1000:.0f} ms")


@check("origin.agrees", after=("containers.collected",), needs=NEEDS, reads=("health", "server"))
def test_edge_and_origin_agree(deployment: Deployment) -> None:
    """What users get for the health check is what the backend answers on the server.

    Symptom: the backend is healthy on the server and 502 for its users, or another container answers in its
    place: nginx keeps an address from before the container was replaced.
    """
    server, environment = deployment.server, deployment.environment
    server.require_well(server.compose.backend)
    inside = server.origin(environment.backend.health.path)
    outside = deployment.health.answered
    expected = f"status {inside.status}, as on the server"
    server.expect(outside is not None, expected, "no answer at the edge")
    assert outside is not None
    server.expect(outside.status == inside.status, expected, f"status {outside.status} at the edge")
    header = environment.version.header if environment.version else None
    if header:
        there, here = inside.header(header), outside.headers.get(header)
        server.expect(there == here, f"{header} {there}, as on the server", f"{here} at the edge")
