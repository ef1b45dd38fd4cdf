"""Whether what answers is the service that was meant, judged by the keys with which a service names itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.evidence.assertions import Unmet, fits, unmet_json

if TYPE_CHECKING:
    from smokegate.environment.model import Health
    from smokegate.observation.model import Answer

NAMING_KEYS = frozenset({"service", "source", "app", "name", "path"})
"""The keys of a health check's body that say who answers, not how it is."""


SIGN_IN = "a page to sign in"
SHELL = "the page of a single-page application, which answers any path"


def strangers(health: Health, answer: Answer) -> tuple[Unmet, ...]:
    """Return the promises about the service's name that an answer with the promised status does not keep.

    A web page in the place of the JSON that was promised is a stranger's, whether or not the service names
    itself.
    """
    if not fits(health.status, answer.status):
        return ()
    kind = answer.headers.get("content-type", "")
    if health.json_ and "text/html" in kind and not answer.body.is_json:
        return (Unmet("body", "the application's JSON", f"a web page ({kind})"),)
    if not health.json_ and not health.text_rules and "text/html" in kind and (page := kind_of_page(answer)):
        return (Unmet("body", "the application's own answer", page),)
    return unmet_json(tuple(each for each in health.json_ if each.key in NAMING_KEYS), answer)


def kind_of_page(answer: Answer) -> str | None:
    """Return what a page is where it is none that a health check has, None where it may be one.

    Nothing needs to be promised of the body for this: a page to sign in, or the shell of a single-page
    application that a static host serves for every path, says nothing of how an application is.
    """
    from smokegate.knowledge.gateway_words import words  # noqa: PLC0415 -- read only where a page came

    text = answer.body.text
    if words("sign_in_page").search(text) or any(words("sign_in").search(each.url) for each in answer.redirects):
        return SIGN_IN
    index = "index.html" in answer.headers.get("content-disposition", "")
    return SHELL if index or words("spa_shell").search(text) else None
