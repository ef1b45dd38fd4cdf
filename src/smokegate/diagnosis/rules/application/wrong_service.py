"""Something answers under the hostname, and it is not the service that was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.identity import strangers
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import body, seen
from smokegate.observation.evidence.predicates import is_html

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case


def judge(case: Case) -> Signs | None:
    """The health check names another service, or answers with a page where JSON was promised."""
    exchange, answer = case.exchange("health"), case.app("health")
    if exchange is None or answer is None or not case.unmet_of("health"):
        return None
    health = case.environment.backend.health
    page = bool(health.json_) and is_html(answer) and answer.status < 500
    if not page and not (answer.body.is_json and isinstance(answer.body.json, dict)):
        return None
    names = strangers(health, answer)
    if not page and not any(each.actual != "no such key" for each in names):
        return None
    wrong = [f"{each.what} should be {each.expected} and is {each.actual}" for each in names]
    return Signs(
        evidence=(seen(exchange, *(["a page came where JSON was promised"] if page else wrong), body(answer)),),
        exchanges=("health",),
        confidence=Confidence.LIKELY if page else Confidence.CERTAIN,
    )


RULES = (
    Rule(
        code="app.wrong-service",
        title="Another service answers at {host}",
        level=Level.SERVICE,
        owner=Owner.CONFIGURATION,
        symptom="200, but somebody else's: another service's name, or a web page where JSON was promised.",
        reads=("the keys of the health check that name the service", "the content type of the health check"),
        judge=judge,
        steps=(
            (
                "Compare `{url}` in {file} with the address of the backend: the frontend's address, or a"
                " neighbour's, is the usual mix-up."
            ),
            (
                ("On the server, in `{directory}`: `{compose} ps`, and compare the ports with what nginx passes to."),
                "Look which service the platform or the proxy has behind `{host}`.",
            ),
            "If a proxy keeps an old address of the backend's container, reload it: `nginx -s reload`.",
        ),
        competing=(
            "an address in the environment file that is another service's",
            "a proxy that sends to the wrong container",
            "a default page, or a static site's fallback, in place of the app",
        ),
        after=ANSWERED,
    ),
)
