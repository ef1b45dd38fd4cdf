"""Users are answered by another container than the one that the server runs as the backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import view_of
from smokegate.diagnosis.server_rule_helpers import LOGS
from smokegate.diagnosis.wording import header as header_of
from smokegate.diagnosis.wording import quote, seen

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """The header with the commit has one value at the edge and another on the server itself."""
    view, version = view_of(case), case.environment.version
    exchange, answer = case.exchange("health"), case.app("health")
    if view is None or version is None or version.header is None or exchange is None or answer is None:
        return None
    path = case.environment.backend.health.path
    inside = next((each for each in view.origin if each.path == path and each.status is not None), None)
    here, there = answer.headers.get(version.header), inside.header(version.header) if inside else None
    if here is None or there is None or here == there:
        return None
    return Signs(
        (
            seen(exchange, header_of(answer, version.header)),
            f"origin: GET {path} on the server itself has {quote(f'{version.header}: {there}')}",
        ),
        ("health",),
        Confidence.LIKELY,
    )


RULES = (
    Rule(
        code="container.wrong-container",
        title="Another container than {service} answers at {host}",
        level=Level.ROUTING,
        owner=Owner.CONFIGURATION,
        symptom="Users get another version, or another service, than the one that runs on the server.",
        reads=("the commit's header at the edge", "the same header of what answers on the server itself"),
        judge=judge,
        steps=(
            "On the server: `nginx -s reload`, in its container where it has one: it resolves names again.",
            "See which container has the address that nginx sends to: `docker network inspect`.",
            LOGS,
        ),
        competing=(
            "nginx keeping an address that another container has been given since",
            "an edge that sends to another server",
            "a deploy that happened during the run",
        ),
        after=ANSWERED,
    ),
)
