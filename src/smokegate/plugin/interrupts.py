"""SIGTERM and SIGHUP end a run as Ctrl-C does: reports are written, accounts deleted, replicas stopped."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest
from _pytest.main import _main  # has no public name; below it pytest catches an interrupt

from smokegate.plugin.session import Run

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
PATIENCE = 30.0
"""Seconds that workers have to clean up and to hand over what they observed; then they are killed."""
SILENCE = 20.0
"""Seconds, beyond all that a run may wait for, after which a worker that reports nothing is killed."""
MAIN_LOOP = _main.__code__
AGAIN = 2.0
"""Seconds after which an interrupt that pytest has not noticed is raised again."""
SOON, PUT_OFF = 0.02, 2.0
"""Seconds after which one is raised again that came in an unsafe place; and for how long it is put off at most."""
IMPORTING = "<frozen importlib._bootstrap>"
TAKING = {"__enter__", "__exit__"}
"""Where Python's conditions take and give back their lock."""


class Interrupt:
    """The first signal interrupts the run, and further ones do not interrupt its cleaning up; Ctrl-C always does.

    An interrupt is lost where it is raised while Python calls a destructor. So it is raised again, but only where
    pytest is sure to catch it: below its main loop, and not while it is handling the first one. Where raising it would
    leave a lock taken, it is put off for a moment.
    """

    def __init__(self) -> None:
        self._seen = False
        self._heard = False
        self._put_off: float | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self) -> None:
        """Note that pytest has seen it."""
        self._seen = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Let nothing interrupt the cleaning up."""
        self._seen = True

    def raised(self, number: int, frame: FrameType | None) -> None:
        """Interrupt the run, as a handler of a signal."""
        if self._seen and number != signal.SIGINT:
            return
        if _is_unsafe(frame) and self._may_be_put_off():
            again = threading.Timer(SOON, signal.pthread_kill, (threading.main_thread().ident or 0, number))
            again.daemon = True
            again.start()
            return
        self._put_off = None
        if self._heard and number != signal.SIGINT and all(each.f_code is not MAIN_LOOP for each in _stack(frame)):
            return
        if not self._heard:
            self._heard = True
            threading.Thread(target=self._insist, daemon=True).start()
        raise KeyboardInterrupt(f"the run got {signal.Signals(number).name}")

    def _may_be_put_off(self) -> bool:
        now = time.monotonic()
        self._put_off = self._put_off or now
        return now - self._put_off < PUT_OFF

    def _insist(self) -> None:
        while True:
            time.sleep(AGAIN)
            if self._seen:
                return
            # Never SIGINT, which is heard wherever it comes.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def _is_unsafe(frame: FrameType | None) -> bool:
    """Return whether an exception raised here may leave a lock taken, and a thread of ours waiting for it forever.

    Python's import system and its conditions take theirs in functions of their own, before any `finally` counts. And
    an instruction that belongs to no line (CPython 3.11) makes a traceback that pytest cannot show.
    """
    if frame is not None and frame.f_code.co_filename == threading.__file__ and frame.f_code.co_name in TAKING:
        return True
    return any(each.f_code.co_filename == IMPORTING or each.f_lineno is None for each in _stack(frame))


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def hear(config: pytest.Config) -> None:
    """Let the signals interrupt the run."""
    if threading.current_thread() is not threading.main_thread():
        return
    interrupt = Interrupt()
    config.pluginmanager.register(interrupt, "smokegate-interrupt")
    heard = [each for each in SIGNALS if each != signal.SIGINT or signal.getsignal(each) is signal.default_int_handler]
    heard = [each for each in heard if signal.getsignal(each) != signal.SIG_IGN]  # `nohup` started us
    before = {each: signal.signal(each, interrupt.raised) for each in heard}

    def restore() -> None:
        interrupt.pytest_keyboard_interrupt()
        for each, handler in before.items():
            signal.signal(each, handler)

    config.add_cleanup(restore)


class WorkerInterrupts:
    """Passes an interrupt on to pytest-xdist's workers and takes over what they have observed by then.

    It ends the silent ones: a worker that is stopped, or hangs in code that is not ours, would keep a run from ending.
    """

    def __init__(self, config: pytest.Config, run: Run) -> None:
        self._config = config
        self._run = run
        self._heard: dict[Any, float] = {}
        """When each running worker reported last."""
        waits = (run.settings.wait_seconds(each) or 0.0 for each in run.environments)
        limit = run.settings.limit
        limits = (each.deadline if limit is None else limit for each in run.environments)
        self._limit = max(waits, default=0.0) + max(limits, default=0.0) + SILENCE

    def pytest_configure_node(self, node: Any) -> None:
        """Note a worker; the first has the watch begin."""
        first = not self._heard
        self._heard[node] = time.monotonic()
        if first:
            threading.Thread(target=self._watch, daemon=True, name="smokegate watch over workers").start()

    def pytest_testnodeready(self, node: Any) -> None:
        """Note a sign of life."""
        self._heard[node] = time.monotonic()

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note a sign of life."""
        if report.node in self._heard:
            self._heard[report.node] = time.monotonic()

    @pytest.hookimpl(tryfirst=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Note that a worker has ended."""
        self._heard.pop(node, None)

    def pytest_keyboard_interrupt(self) -> None:
        """Interrupt the workers; what they hand over is part of the report."""
        for node in tuple(self._heard):
            _send(node, signal.SIGTERM)
        distributed: Any = self._config.pluginmanager.getplugin("dsession")
        late = threading.Timer(PATIENCE, self._kill, (lambda _: True, f"for {PATIENCE:g} s after the interrupt"))
        late.daemon = True
        late.start()
        while distributed is not None and self._heard:
            try:
                distributed.loop_once()
            except Exception:  # noqa: BLE001 - whatever xdist makes of a run that ends: the report is written
                break
        late.cancel()

    def _watch(self) -> None:
        while self._heard:
            time.sleep(1.0)
            silent = time.monotonic() - self._limit
            self._kill(lambda heard, since=silent: heard < since, f"for {self._limit:g} s")

    def _kill(self, which: Any, how_long: str) -> None:
        for node, heard in tuple(self._heard.items()):
            if which(heard):
                why = f"the worker {node.gateway.id} reported nothing {how_long} (stopped, or hanging?) and was stopped"
                for index, environment in enumerate(self._run.environments):
                    if str(self._run.slot_of(index)) == node.gateway.id.removeprefix("gw"):
                        self._run.failures.setdefault(environment.name, why)
                self._heard[node] = time.monotonic()
                _send(node, signal.SIGKILL)


def _send(node: Any, number: int) -> None:
    process = getattr(getattr(node.gateway, "_io", None), "popen", None)
    if process is not None and process.poll() is None:
        process.send_signal(number)
