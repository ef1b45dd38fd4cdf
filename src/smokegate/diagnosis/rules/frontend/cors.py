"""The backend does not let the frontend's pages call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import body, header, seen
from smokegate.observation.evidence.predicates import refusal
from smokegate.observation.plan.step import web_origin

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

ALLOW = "access-control-allow-origin"


def judge(case: Case) -> Signs | None:
    """The preflight of the login call is not granted to the page's origin."""
    exchange, answer, frontend = case.exchange("preflight"), case.app("preflight"), case.environment.frontend
    if exchange is None or answer is None or frontend is None:
        return None
    api = case.environment.sign_in
    why = refusal(answer, frontend.url, exchange.request, cookies=api is not None and api.by_cookie)
    if not why:
        return None
    wanted, allowed = web_origin(frontend.url), answer.headers.get(ALLOW)
    said = header(answer, ALLOW) if allowed is not None else f"no header {ALLOW}"
    return Signs(
        evidence=(seen(exchange, said, f"the page's origin is {wanted}", why, body(answer)),),
        exchanges=("preflight",),
        confidence=Confidence.CERTAIN if answer.status < 500 else Confidence.LIKELY,
        names={"origin": wanted},
    )


RULES = (
    Rule(
        code="frontend.cors-refused",
        title="{host} does not let pages of {origin} call it",
        level=Level.FRONTEND,
        owner=Owner.CONFIGURATION,
        symptom="'blocked by CORS policy' in the browser's console, while curl works.",
        reads=("the answer to the preflight of the login call",),
        judge=judge,
        steps=(
            (
                "Add `{origin}` to the backend's allowed origins (`ALLOWED_ORIGINS`): scheme, host and port"
                " exactly, without a slash at the end."
            ),
            "Restart the backend, which reads them at start-up.",
            (
                "If the preflight is 404, 405 or 400, check whether the CORS middleware is still there, and"
                " that no proxy answers OPTIONS by itself."
            ),
        ),
        competing=(
            "an origin list that lacks this address",
            "a CORS middleware that is gone",
            "a proxy that answers or eats the preflight",
        ),
        after=ANSWERED,
        unless=("app.wrong-service", "frontend.spa-answers-api", "app.error"),
    ),
)
