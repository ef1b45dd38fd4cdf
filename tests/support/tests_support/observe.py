"""Observes environments without pytest."""

from __future__ import annotations

from collections.abc import Iterable

from smokegate.environment.model import Environment
from smokegate.observation.model import Observation
from smokegate.observation.observer import Observer
from smokegate.observation.transport.pool import Pool


def observe(environments: Iterable[Environment], *, wait: bool = False) -> dict[str, Observation]:
    """Check several environments at once and return what was seen of each, by name.

    Args:
        environments: what to look at.
        wait: wait until each is healthy, for as long as its file says.
    """
    wanted = list(environments)
    pool = Pool(len(wanted))
    observers = [Observer(each, pool=pool, wait=each.backend.wait if wait else None) for each in wanted]
    try:
        for observer in observers:
            observer.start()
        return {observer.environment.name: observer.complete() for observer in observers}
    finally:
        for observer in observers:
            observer.close()
        pool.close()
