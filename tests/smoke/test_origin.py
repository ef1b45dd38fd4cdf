"""The backend answers the server itself, and answers its users the same."""

from __future__ import annotations

import pytest

from smokegate.environment.model import Compose, Environment
from smokegate.plugin.seen import Seen
from smokegate.plugin.server_view import ServerSeen


def test_origin_answers(server: ServerSeen, compose: Compose) -> None:
    """Asked from the server itself, the backend answers each path with a success.

    Symptom: the container runs, and nothing answers on its port.
    """
    server.must_be_well(compose.backend)
    for answer in server.view.origin:
        told = f"status {answer.status}" if answer.status else f"no answer: {answer.problem}"
        where = f"http://127.0.0.1:{compose.port}{answer.path} on the server"
        server.must(answer.status is not None and 200 <= answer.status < 300, f"a success from {where}", told)


@pytest.mark.advisory
def test_origin_is_within_its_budgets(server: ServerSeen, compose: Compose, environment: Environment) -> None:
    """Asked from the server itself, the backend keeps the latency budgets that its users are promised.

    Symptom: `/ping_fast` is slow although nothing lies between: the server itself is overloaded.
    """
    server.must_be_well(compose.backend)
    health = environment.backend.health
    budgets = {health.path: health.within}
    budgets |= {each.path: each.within for each in environment.backend.endpoints}
    for answer in server.view.origin:
        budget = budgets.get(answer.path)
        if answer.status is not None and budget is not None:
            told = f"{answer.seconds * 1000:.0f} ms"
            server.must(answer.seconds <= budget, f"{answer.path} within {budget * 1000:.0f} ms", told)


def test_edge_and_origin_agree(server: ServerSeen, compose: Compose, health: Seen, environment: Environment) -> None:
    """What users get for the health check is what the backend answers on the server.

    Symptom: the backend is healthy on the server and 502 for its users, or another container answers in its
    place: nginx keeps an address from before the container was replaced.
    """
    server.must_be_well(compose.backend)
    inside = server.origin(environment.backend.health.path)
    outcome = health.exchange.answer
    edge = f"status {outcome.status}" if outcome else "no answer"
    server.must(
        outcome is not None and outcome.status == inside.status,
        f"status {inside.status}, as on the server",
        edge,
    )
    assert outcome is not None
    header = environment.version.header if environment.version else None
    if header:
        there, here = inside.header(header), outcome.headers.get(header)
        server.must(there == here, f"{header} {there}, as on the server", f"{here} at the edge")
