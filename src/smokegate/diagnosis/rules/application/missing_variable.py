"""A variable that the app needs is not set."""

from __future__ import annotations

import re

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.database_texts import Found, found, stated
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import plain

NAME = r"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"
NOT_SET = re.compile(
    rf"\b{NAME}\b['\"\\`]*(?: environment variable)?[ ,:]*(?:is |was |are )?(?:not set|not configured|not"
    r" defined|missing|required|undefined|unset)"
    rf"|[Ee]nvironment variable not found:? {NAME}"
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
        own = list(stated("setting", broken))
        # A refusal is about the client's credentials, not the app's: "Authentication credentials were not provided."
        inside = [each for each in broken if each.answer is None or each.answer.status not in {401, 403}]
        return _setting(list(found(NO_SETTING, inside)), "setting-missing") or _setting(own, "setting-unusable")
    variable = words[0].word
    return Signs(
        tuple(each.line for each in words[:3]),
        tuple(each.exchange.name for each in words),
        names={"variable": variable},
    )


def _setting(words: list[Found], variant: str) -> Signs | None:
    """A broken answer says what of a setting is wrong, without the name of its variable."""
    if not words:
        return None
    return Signs(
        tuple(each.line for each in words[:3]),
        tuple(each.exchange.name for each in words),
        Confidence.LIKELY,
        variant=variant,
        names={"variable": plain(words[0].word)},
    )


RULES = (
    Rule(
        "app.missing-variable",
        Level.CONFIGURATION,
        judge,
        silences=("app.error", "app.unhealthy", "app.promise-broken", "app.debug-on", "sign-in.register-failed"),
    ),
)
