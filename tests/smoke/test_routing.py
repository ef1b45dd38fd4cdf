"""A server is behind the hostname, and it is the right one."""

from __future__ import annotations

from smokegate.diagnosis.identity import strangers
from smokegate.environment.model import Environment
from smokegate.observation.evidence.edge import edge_answer
from smokegate.plugin.seen import Seen


def test_a_server_is_behind_the_hostname(health: Seen) -> None:
    """The application answers, and not the platform's edge in its place.

    Symptom: every path is 404 "Not Found" with `x-render-routing: no-server`, while users think that they
    have registered; or nginx says "Backend service temporarily unavailable".
    """
    made_by_edge = edge_answer(health.answer)
    health.must(
        made_by_edge is None,
        "an answer of the application",
        f"status {health.status}, made by the edge: {made_by_edge.sign}" if made_by_edge else None,
    )


def test_it_is_the_right_service(health: Seen, environment: Environment) -> None:
    """What answers is the service that the environment file names.

    Symptom: the address was given to another service, or a proxy sends to the wrong container: 200, but
    somebody else's.
    """
    signs = strangers(environment.backend.health, health.answer)
    health.must(not signs, "; ".join(f"{each.what} {each.expected}" for each in signs))
