"""The application does not accept the host name under which it is requested."""

from __future__ import annotations

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import body, seen
from smokegate.knowledge.gateway_words import words
from smokegate.observation.exchange import Answer

STATUSES = {400, 403, 404, 421}
ALL_IT_SAYS = 100
"""Bytes of a success that is nothing but the refusal: older webpack servers answer 200."""


def judge(case: Case) -> Signs | None:
    """The health check is refused in the words with which frameworks refuse a host name."""
    exchange, answer = case.exchange("health"), case.app("health")
    if exchange is None or answer is None or not is_broken(case, exchange) or not _refuses(answer):
        return None
    others = [each for each in case.backend if each.answer and each.answer.status < 400 and each.name != "health"]
    return Signs(
        (seen(exchange, body(answer)),),
        ("health",),
        Confidence.LIKELY,
        against=(f"{seen(others[0])} for the same host name",) if others else (),
    )


def _refuses(answer: Answer) -> bool:
    refuses = answer.status in STATUSES or (answer.status == 200 and answer.body.size <= ALL_IT_SAYS)
    return refuses and words("refused_host").search(answer.body.start) is not None


RULES = (
    Rule(
        "app.host-refused",
        Level.CONFIGURATION,
        judge,
        silences=("app.wrong-service", "app.promise-broken", "app.health-missing", "app.error", "app.debug-on"),
    ),
)
