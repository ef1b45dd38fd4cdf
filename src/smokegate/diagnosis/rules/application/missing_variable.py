"""A variable that the app needs is not set."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.database_texts import Found, found
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs
from smokegate.diagnosis.wording import plain

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
NO_SETTING = re.compile(
    r"\b((?:api|access|secret|private|public|license|signing|encryption)[ _-]?(?:key|token|secret)s?|credentials?"
    r"|client[ _-]?(?:id|secret)|configuration|webhook secret|connection string)"
    r" (?:(?:is|are|was|were|has|have) )?(?:been )?(?:not|never) (?:been )?(?:set|configured|provided|defined|found)"
    r"|\b(?:missing|no|empty) ((?:api|access|secret)[ _-]?(?:key|token)s?|credentials|client[ _-]?secret)\b",
    re.IGNORECASE,
)
"""A key or a setting that is named in words."""


def judge(case: Case) -> Signs | None:
    """A broken answer names a variable and says that it is not there."""
    broken = [each for each in case.backend if is_broken(case, each)]
    words = list(found(NOT_SET, broken))
    if not words:
        return _setting(list(found(NO_SETTING, broken)))
    variable = words[0].word
    return Signs(
        evidence=tuple(each.line for each in words[:3]),
        exchanges=tuple(each.exchange.name for each in words),
        names={"variable": variable},
    )


def _setting(words: list[Found]) -> Signs | None:
    """A broken answer says that a key or a setting is not there, without the name of its variable."""
    if not words:
        return None
    return Signs(
        evidence=tuple(each.line for each in words[:3]),
        exchanges=tuple(each.exchange.name for each in words),
        confidence=Confidence.LIKELY,
        title="A setting that the app at {host} needs is not there: {variable}",
        names={"variable": plain(words[0].word)},
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
