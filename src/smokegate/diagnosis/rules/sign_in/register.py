"""Registering fails, or only looks as if it had worked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import has_token
from smokegate.diagnosis.case import is_html
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import body, header, seen

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

SURPRISES = (
    "app.database-unreachable",
    "app.database-not-initialised",
    "app.wrong-service",
    "frontend.spa-answers-api",
)


def pretended(case: Case) -> Signs | None:
    """The first step answers 2xx and gives no token: a page takes that for a sign-in."""
    exchange = case.opener
    answer = case.app(exchange.name) if exchange else None
    if exchange is None or answer is None or not 200 <= answer.status < 300 or has_token(case, exchange.name):
        return None
    details = (header(answer, "content-type"), body(answer)) if is_html(answer) else (body(answer),)
    return Signs(evidence=(seen(exchange, *details),), exchanges=(exchange.name,))


def failed(case: Case) -> Signs | None:
    """Registering is refused or ends in an error."""
    exchange, answer = case.exchange("register"), case.app("register")
    if exchange is None or answer is None or answer.status < 300 or answer.status == 429:
        return None
    health = case.app("health")
    if answer.status >= 500 and health is not None and health.status >= 500:
        return None  # the app fails as a whole, not in registering
    refused = answer.status in {400, 409, 422}
    taken = answer.status == 409 or (refused and TAKEN.search(answer.body.text) is not None)
    return Signs(
        evidence=(seen(exchange, body(answer)),),
        exchanges=("register",),
        confidence=Confidence.LIKELY if refused else Confidence.CERTAIN,
        competing=BY_STATUS.get(answer.status),
        owner=Owner.TEST_DATA if taken else None,
    )


TAKEN = re.compile(r"already (?:registered|exists|taken|in use)", re.IGNORECASE)
"""The account is there already: that is the suite's own data, not the app's fault."""
BY_STATUS = {
    400: ("data that the app does not accept from the suite", "an address that is registered already"),
    401: ("registration that needs an invitation or a key",),
    403: ("registration that is switched off", "a firewall that takes the suite for a robot"),
    404: (
        "a path that is not the app's: compare `sign_in.register` of {file} with its routes",
        "a version without this route",
    ),
    405: ("a static host in place of the app", "a path that is not the app's"),
    409: ("an address that is registered already",),
    422: (
        "an address or password that the app's rules refuse",
        "a required field that the suite does not send",
    ),
}

RULES = (
    Rule(
        code="sign-in.pretended",
        title="Registering at {host} only looks as if it worked",
        level=Level.SIGN_IN,
        owner=Owner.APP,
        symptom="Users see a dashboard after registering, and do not exist when they come back.",
        reads=("the answer to the first step of the journey: its status, its type, its token",),
        judge=pretended,
        steps=(
            "Look what answered: an HTML page with 200 is a static host's fallback, not the API.",
            (
                "If the page's own calls go to the wrong host, rebuild the frontend with the backend's"
                " address (`VITE_API_BASE_URL`)."
            ),
            ("If the app answered, look in its log why it gave no token, and have it answer an error instead of 200."),
            "Have the page check for the token before it counts somebody as signed in.",
        ),
        competing=(
            "a static host that answers for the API",
            "an app that swallows the error",
            "another key for the token: `sign_in.token` in {file}",
        ),
        after=ANSWERED,
        unless=SURPRISES,
    ),
    Rule(
        code="sign-in.register-failed",
        title="Registering at {host} fails",
        level=Level.SIGN_IN,
        owner=Owner.APP,
        symptom="Nobody can create an account.",
        reads=("the answer to registering",),
        judge=failed,
        steps=(
            "Read the answer in the evidence; repeat it with the curl line of the report.",
            (
                "On the server, in `{directory}`: `{compose} logs --tail 100 {service}`.",
                "Read the app's log of that moment: a 500 has its traceback there.",
            ),
            "If it says 404 or 405, compare `{register}` with the routes of the deployed version.",
            "If it refuses the suite's data, adapt `sign_in` in {file}, or use a standing account.",
        ),
        competing=("an error of the app or of its database that the answer does not tell",),
        after=ANSWERED,
        unless=(*SURPRISES, "sign-in.throttled", "sign-in.echo"),
    ),
)
