"""What a run changes of the interpreter: when its garbage collector works, and how its loggers are gone over.

Starting and ending go without the collector: what imports make stays, and going over it costs a tenth of a run.
"""

from __future__ import annotations

import atexit
import gc
import logging
from typing import Any

import pytest

PAUSED = pytest.StashKey[bool]()
"""Whether it was this run that paused the collector."""


def begin(config: pytest.Config) -> None:
    """Collect nothing until `over`, or until pytest ends; a collector that is off stays off."""
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)  # as the interpreter ends, not as pytest does: who called it goes on
    if gc.isenabled():
        gc.disable()
        config.stash[PAUSED] = True
        config.add_cleanup(lambda: _as_before(config))


def over(config: pytest.Config) -> None:
    """Collect again, but only what is made from now on."""
    if config.stash.get(PAUSED, False):
        gc.freeze()
        gc.enable()


def _as_before(config: pytest.Config) -> None:
    config.stash[PAUSED] = False
    gc.unfreeze()
    gc.enable()


class Loggers(dict[str, Any]):
    """The loggers by name; anyone who goes over them goes over those that were there at the beginning."""

    def values(self) -> Any:
        """Return the loggers of this moment."""
        return self.copy().values()


def keep_countable() -> None:
    """Put such a dictionary in the place of the logging module's own; it stays when the run has ended.

    Before each phase of a test, pytest goes over the loggers (since 9.1, for those that do not propagate). Libraries
    make theirs when they are imported, which here happens on the threads that send requests: the loop would end in an
    error.
    """
    manager = logging.Logger.manager
    if type(manager.loggerDict) is dict:
        manager.loggerDict = Loggers(manager.loggerDict)
