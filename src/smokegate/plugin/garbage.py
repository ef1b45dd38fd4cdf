"""Keeps the garbage collector from combing through modules while they are imported."""

from __future__ import annotations

import gc

import pytest


def pause(config: pytest.Config) -> None:
    """Collect nothing until `resume`, or until this pytest ends."""
    if gc.isenabled():
        gc.disable()
        config.add_cleanup(gc.enable)


def resume() -> None:
    """Collect again, but for what is there by now: it stays to the end."""
    gc.freeze()
    gc.enable()
