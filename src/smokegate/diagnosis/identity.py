"""Whether what answers is the service that was meant, told by the keys with which a service names itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.evidence.assertions import Unmet, fits, unmet_json

if TYPE_CHECKING:
    from smokegate.environment.model import Health
    from smokegate.observation.model import Answer

NAMING_KEYS = frozenset({"service", "source", "app", "name", "path"})
"""The keys of a health check's body that say who answers, not how it is."""


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
    return unmet_json(tuple(each for each in health.json_ if each.key in NAMING_KEYS), answer)
