"""A variable that the app needs is not set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.database_texts import found
from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

NAME = r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"
NOT_SET = re.compile(
    rf"\b{NAME}\b['\"\\`]*(?: environment variable)?[ ,:]*(?:is |was |are )?(?:not set|not configured|not"
    r" defined|missing|required|undefined|unset)"
    rf"|KeyError: \\?['\"]{NAME}"
    r"|(?:missing|required|undefined|unset) (?:environment |env )?(?:variable|setting|key)s?:?"
    rf" [`'\"\\]*{NAME}"
)


def judge(case: Case) -> Signs | None:
    """A broken answer names a variable and says that it is not there."""
    words = list(found(NOT_SET, (each for each in case.backend if is_broken(case, each))))
    if not words:
        return None
    variable = words[0].word
    return Signs(
        evidence=tuple(each.line for each in words[:3]),
        exchanges=tuple(each.exchange.name for each in words),
        names={"variable": variable},
    )


RULES = (
    Rule(
        code="app.missing-variable",
        title="The variable {variable} is not set at {host}",
        level=Level.CONFIGURATION,
        owner=Owner.CONFIGURATION,
        symptom="Everything that needs a key fails, with a text that names it.",
        reads=("the bodies of broken answers: a variable's name beside 'not set'",),
        judge=judge,
        steps=(
            (
                "Set `{variable}` where the deployment has its variables: the service's Environment page on"
                " Render, the `.env` file or `environment:` of compose."
            ),
            (
                (
                    "On the server, in `{directory}`: `{compose} up -d {service}`; a restart alone does not"
                    " read a changed file."
                ),
                "Redeploy or restart the service: a process keeps the variables that it started with.",
            ),
            (
                "If it is set, look for a typing error in its name, and whether it is set for this service"
                " and not for another."
            ),
        ),
        competing=(
            "a variable that is set for another service",
            "a name with a typing error",
            "a process that started before it was set",
        ),
        after=ANSWERED,
        silences=("app.error", "app.unhealthy", "app.promise-broken", "sign-in.register-failed"),
    ),
)
