"""Where a signal interrupts a run, and where that is put off."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from smokegate.plugin import interrupts
from smokegate.plugin.interrupts import Interrupt


@pytest.fixture
def put_off(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is put off, in place of a timer that would send the signal."""
    found: list[Any] = []

    class Timer:
        daemon = False

        def __init__(self, _seconds: float, _call: Any, words: tuple[int, int]) -> None:
            self._number = words[1]

        def start(self) -> None:
            found.append(self._number)

    monkeypatch.setattr(interrupts.threading, "Timer", Timer)
    return found


@pytest.fixture
def interrupt() -> Interrupt:
    """One that pytest has seen: nothing insists on it."""
    made = Interrupt()
    made.pytest_keyboard_interrupt()
    return made


def test_a_signal_during_an_import_is_put_off(
    interrupt: Interrupt, put_off: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The import system's lock would stay taken, and every thread that imports would wait for ever."""
    (tmp_path / "imported_when_it_came.py").write_text("import sys\nsys.interrupt()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "interrupt", lambda: interrupt.raised(signal.SIGINT, sys._getframe()), raising=False)
    __import__("imported_when_it_came")
    assert put_off == [signal.SIGINT]


def test_a_signal_while_a_condition_takes_its_lock_is_put_off(interrupt: Interrupt, put_off: list[Any]) -> None:
    class Lock:
        def __enter__(self) -> None:
            interrupt.raised(signal.SIGINT, sys._getframe(1))

        def __exit__(self, *_: object) -> None:
            return None

        acquire = release = __exit__

    condition = threading.Condition(Lock())  # type: ignore[arg-type]
    with condition:
        pass
    assert put_off == [signal.SIGINT]


def test_elsewhere_a_signal_interrupts_at_once(interrupt: Interrupt, put_off: list[Any]) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupt.raised(signal.SIGINT, sys._getframe())
    assert put_off == []


def test_an_import_that_does_not_end_puts_it_off_for_a_while_only(
    interrupt: Interrupt, put_off: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupts, "PUT_OFF", 0.0)
    monkeypatch.setattr(interrupts, "_is_unsafe", lambda _: True)
    with pytest.raises(KeyboardInterrupt):
        interrupt.raised(signal.SIGINT, sys._getframe())
    assert put_off == []
