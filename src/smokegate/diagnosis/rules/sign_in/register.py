"""Registering fails, or only looks as if it had worked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.rules.sign_in.client import WANTS_FIELDS, explains_itself
from smokegate.diagnosis.wording import body, header, seen
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.sign_in import registered

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

SURPRISES = (
    "app.database-unreachable",
    "app.database-not-initialised",
    "app.wrong-service",
    "frontend.spa-answers-api",
)


def pretended(case: Case) -> Signs | None:
    """Registering is a success, signs no one in, and no login follows: a page takes that for a sign-in."""
    api, exchange, answer = case.environment.sign_in, case.exchange("register"), case.app("register")
    if api is None or exchange is None or answer is None or not 200 <= answer.status < 300:
        return None
    if api.confirms_elsewhere or registered(api, case.answer):
        return None
    login, later = case.exchange("login first"), case.app("login first")
    if login is None or later is None:
        # A page is no answer of an API. What else was not followed by a login is not known to be a pretence.
        if not is_html(answer) or api.by_cookie:
            return None
        line = seen(exchange, header(answer, "content-type"), body(answer))
        return Signs(evidence=(line,), exchanges=(exchange.name,))
    if later.status not in {400, 401, 403} or explains_itself(later):
        return None
    return Signs(
        evidence=(seen(exchange, body(answer)), seen(login, body(later))),
        exchanges=(exchange.name, login.name),
        confidence=Confidence.LIKELY,
    )


def unconfirmed(case: Case) -> Signs | None:
    """A new account is refused with words about a confirmation."""
    exchange, answer = case.exchange("login first"), case.app("login first")
    if case.exchange("register") is None or exchange is None or answer is None:
        return None
    if answer.status not in {400, 401, 403} or not CONFIRMATION.search(answer.body.text):
        return None
    return Signs(evidence=(seen(exchange, body(answer)),), exchanges=(exchange.name,))


def failed(case: Case) -> Signs | None:
    """Registering is refused or ends in an error."""
    api, exchange, answer = case.environment.sign_in, case.exchange("register"), case.app("register")
    if api is None or exchange is None or answer is None or answer.status < 400 or answer.status == 429:
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
        owner=Owner.TEST_DATA if taken or (refused and WANTS_FIELDS.search(answer.body.text)) else None,
    )


TAKEN = re.compile(r"already (?:registered|exists|taken|in use)", re.IGNORECASE)
"""The account is there already: that is the suite's own data, not the app's fault."""
CONFIRMATION = re.compile(
    r"not (?:been )?(?:yet )?(?:confirm|verif|activat|approv)|unverified|confirm your|verify your", re.IGNORECASE
)
"""An account that must be confirmed before it can sign in."""
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
        reads=("the answer to registering: its status, its type, its token", "the login that follows it"),
        judge=pretended,
        steps=(
            "Check what answered: an HTML page with 200 is a static host's fallback, not the API.",
            (
                "If the page's own calls go to the wrong host, rebuild the frontend with the backend's"
                " address (`VITE_API_BASE_URL`)."
            ),
            "If the app answered, read in its log whether it wrote the account; an error must not be a 200.",
            "Have the page check for the token or the session before it counts a user as signed in.",
        ),
        competing=(
            "a static host that answers for the API",
            "an app that swallows the error",
            "a new account that must be confirmed first: `confirmed` of `register` in {file}",
            "a login that wants other fields than {file} says",
        ),
        after=ANSWERED,
        unless=SURPRISES,
    ),
    Rule(
        code="sign-in.register-failed",
        title="Registering at {host} fails",
        level=Level.SIGN_IN,
        owner=Owner.APP,
        symptom="No one can create an account.",
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
        competing=("an error of the app or of its database that the response does not show",),
        after=ANSWERED,
        unless=(*SURPRISES, "sign-in.throttled", "sign-in.echo"),
    ),
    Rule(
        code="sign-in.unconfirmed",
        title="A new account at {host} must be confirmed before it can sign in",
        level=Level.SIGN_IN,
        owner=Owner.TEST_DATA,
        symptom="Registering works; login says that the address is not verified.",
        reads=("the answer to the first login of an account that was just registered",),
        judge=unconfirmed,
        steps=(
            'Write `confirmed = "elsewhere"` for `register` in {file}, and name a standing account to sign in with.',
            "Or exempt addresses of `email_domain` from the confirmation in this environment.",
        ),
        after=ANSWERED,
        unless=SURPRISES,
        silences=("sign-in.pretended",),
    ),
)
