"""Whether what answers is the service that was meant, told by the keys with which a service names itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.promises import Unmet, unmet_json

if TYPE_CHECKING:
    from smokegate.environment.model import Health
    from smokegate.observation.model import Answer

NAMING_KEYS = frozenset({"service", "source", "app", "name", "path"})
"""The keys of a health check's body that say who answers, not how it is."""


def strangers(health: Health, answer: Answer) -> tuple[Unmet, ...]:
    """Return the promises about the service's name that an answer with the promised status does not keep."""
    if answer.status != health.status:
        return ()
    return unmet_json(tuple(each for each in health.json_ if each.key in NAMING_KEYS), answer)
