"""The app answers, and does not know the path of its health check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.case import is_sample
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import is_of_framework
from smokegate.diagnosis.wording import body, seen
from smokegate.observation.evidence.html import is_html

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.observation.model import Answer


GATEWAY = "a gateway without a route to the application, which one is unknown: an empty answer shows not whose it is"
NO_OTHER_ANSWER = ("another application that answers under this host", "every route of the app being gone")


def judge(case: Case) -> Signs | None:
    """Health is 404 from the application; other paths that are answered make it certain."""
    answer, exchange = case.app("health"), case.exchange("health")
    if answer is None or exchange is None or answer.status not in {404, 405}:
        return None
    if is_html(answer) and not is_of_framework(answer):
        return None
    known = [
        e
        for e in case.backend
        if not is_sample(e.name)
        and (other := case.app(e.name))
        and other.status not in {404, 405}
        and not is_html(other)
    ]
    if known:
        return Signs(
            evidence=(seen(exchange, body(answer)), *(seen(e) for e in known[:2])),
            exchanges=("health",),
            confidence=Confidence.CERTAIN,
        )
    # Proxies are built on the servers of applications, too (YARP on Kestrel): their "no route" has no sign of its own.
    bare = _is_empty(answer)
    others = [e for e in case.backend if not is_sample(e.name) and e is not exchange and _is_empty(case.app(e.name))]
    same = (f"the same of {len(others)} more: {', '.join(e.name for e in others[:3])}",) if bare and others else ()
    return Signs(
        evidence=(seen(exchange, body(answer)), *same),
        exchanges=("health",),
        confidence=Confidence.LIKELY,
        competing=(*((GATEWAY,) if bare else ()), *NO_OTHER_ANSWER),
    )


def _is_empty(answer: Answer | None) -> bool:
    return answer is not None and answer.status in {404, 405} and not answer.body.text.strip()


RULES = (
    Rule(
        code="app.health-missing",
        title="The app at {host} has no health check under {health}",
        level=Level.HEALTH,
        owner=Owner.CONFIGURATION,
        symptom="The health check is 404 while the app answers.",
        reads=("the health check", "the other exchanges with the backend"),
        judge=judge,
        steps=(
            "Compare `backend.health.path` in {file} (`{health}`) with the routes of the deployed version.",
            (
                "If the path is right, the deployed version lost it: compare the deployed commit with the one"
                " that has it, and deploy that."
            ),
            (
                "Where the answer is empty, look for this request in the application's log: if it is not there, a"
                " gateway answered it, which has no route to the application."
            ),
            "If a proxy strips or adds a prefix (`/api`), give the path as it is seen from outside.",
        ),
        competing=("an older or newer version than expected", "a proxy that rewrites the path"),
        after=ANSWERED,
        unless=("app.wrong-service", "app.wrong-version"),
    ),
)
