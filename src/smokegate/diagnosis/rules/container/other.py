"""Users are answered by another container than the one that the server runs as the backend."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import view_of
from smokegate.diagnosis.wording import header as header_of
from smokegate.diagnosis.wording import quote, seen


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


RULES = (Rule("container.wrong-container", Level.ROUTING, judge),)
