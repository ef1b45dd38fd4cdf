"""SIGTERM and SIGHUP end a run as Ctrl-C does: reports are written, accounts deleted, replicas stopped."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any

import pytest

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
PATIENCE = 10.0
"""Seconds that workers have to clean up and to hand over what they observed."""


def hear(config: pytest.Config) -> None:
    """Let the first of the signals interrupt the run, and further ones not interrupt its cleaning up."""
    if threading.current_thread() is not threading.main_thread():
        return
    heard: list[int] = []

    def interrupt(number: int, _frame: object) -> None:
        if not heard:
            heard.append(number)
            raise KeyboardInterrupt(f"the run got {signal.Signals(number).name}")

    before = {each: signal.signal(each, interrupt) for each in SIGNALS}

    def restore() -> None:
        for each, handler in before.items():
            signal.signal(each, handler)

    config.add_cleanup(restore)


class WorkerInterrupts:
    """Passes an interrupt on to pytest-xdist's workers, and takes over what they have observed by then."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._running: dict[Any, int] = {}

    def pytest_testnodeready(self, node: Any) -> None:
        """Note a worker's process."""
        started = getattr(getattr(node.gateway, "_io", None), "popen", None)
        if started is not None:
            self._running[node] = started.pid

    @pytest.hookimpl(tryfirst=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Note that a worker has ended."""
        self._running.pop(node, None)

    def pytest_keyboard_interrupt(self) -> None:
        """Interrupt the workers; what they hand over is part of the report."""
        for process in self._running.values():
            try:
                os.kill(process, signal.SIGTERM)
            except OSError:
                continue
        distributed: Any = self._config.pluginmanager.getplugin("dsession")
        until = time.monotonic() + PATIENCE
        while distributed is not None and self._running and time.monotonic() < until:
            try:
                distributed.loop_once()
            except Exception:  # noqa: BLE001 - whatever xdist makes of a run that ends: the report is written
                return
