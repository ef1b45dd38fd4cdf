"""Lets pytest go over the loggers there are while a thread of ours makes another one.

Before each phase of a test, pytest goes over the loggers (since 9.1, for those that do not propagate). Libraries make
theirs when they are imported, which here happens on the threads that send requests: the loop would end in an error.
"""

from __future__ import annotations

import logging
from typing import Any


class Loggers(dict[str, Any]):
    """The loggers by name; anyone who goes over them goes over those that were there at the beginning."""

    def values(self) -> Any:
        """Return the loggers of this moment."""
        return self.copy().values()


def keep_countable() -> None:
    """Put such a dictionary in the place of the logging module's own; it stays when the run has ended."""
    manager = logging.Logger.manager
    if type(manager.loggerDict) is dict:
        manager.loggerDict = Loggers(manager.loggerDict)
