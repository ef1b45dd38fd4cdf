"""Somebody gets in who must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.case import is_html
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import body, seen

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.rule import Judge

EXPLAINED = ("app.wrong-service", "frontend.spa-answers-api")


def opened(name: str) -> Judge:
    """Judge by an exchange that must be refused and is answered 2xx."""

    def judge(case: Case) -> Signs | None:
        exchange, answer = case.exchange(name), case.app(name)
        if exchange is None or answer is None or not 200 <= answer.status < 300:
            return None
        page = is_html(answer)
        return Signs(
            evidence=(seen(exchange, body(answer)),),
            exchanges=(name,),
            confidence=Confidence.POSSIBLE if page else Confidence.CERTAIN,
            competing=("a page that is served for any path, with nobody's account on it",) if page else None,
        )

    return judge


RULES = (
    Rule(
        code="sign-in.session-survives",
        title="The account at {host} opens without a token",
        level=Level.SIGN_IN,
        owner=Owner.APP,
        symptom="After logging out, or without ever signing in, an account can be seen.",
        reads=("the account view without a token",),
        judge=opened("account without token"),
        steps=(
            "Treat it as a leak: take the deployment off, or roll back, before looking further.",
            (
                "Look whether `{account}` still requires its authentication; a removed dependency or a debug"
                " switch opens it."
            ),
            (
                "Look whether a cache in front keeps the answer of somebody who was signed in:"
                " `Cache-Control: private, no-store` belongs on it."
            ),
        ),
        competing=(
            "an account view without a check",
            "a cache in front that serves somebody else's answer",
            "a session cookie that outlives the logout",
        ),
        after=ANSWERED,
        unless=EXPLAINED,
    ),
    Rule(
        code="sign-in.any-password",
        title="{host} accepts a wrong password",
        level=Level.SIGN_IN,
        owner=Owner.APP,
        symptom="Anybody gets in who knows an e-mail address.",
        reads=("the login with a wrong password",),
        judge=opened("wrong password"),
        steps=(
            "Treat it as a leak: take the deployment off, or roll back, before looking further.",
            (
                "Look at what the login compares: a check that was removed for testing, or a hash that is"
                " never compared."
            ),
            ("Look in the log which accounts were opened since that version was deployed, and end their sessions."),
        ),
        competing=("a password check that is switched off or wrong", "a static answer in place of the login"),
        after=ANSWERED,
        unless=EXPLAINED,
    ),
)
