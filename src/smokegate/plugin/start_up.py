"""Starts and ends without the garbage collector: what imports make stays, and going over it costs a tenth of a run."""

from __future__ import annotations

import atexit
import gc

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
