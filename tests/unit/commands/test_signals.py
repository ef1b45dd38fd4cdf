"""Signals that ask a command to end."""

from __future__ import annotations

import signal
from types import SimpleNamespace
from typing import Any

import pytest

from smokegate import cli


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(("before", "code"), [(signal.SIG_DFL, 130), (signal.SIG_IGN, 0)])
def test_every_command_ends_as_by_ctrl_c(monkeypatch: Any, number: signal.Signals, before: Any, code: int) -> None:
    """So that what it made is deleted; under `nohup`, which ignores SIGHUP, it goes on."""
    command = SimpleNamespace(describe=lambda _: None, run=lambda _: signal.raise_signal(number) or 0)
    monkeypatch.setattr(cli, "import_module", lambda _: command)
    kept = signal.signal(number, before)
    try:
        assert cli.main(["environments"]) == code
        assert signal.getsignal(number) == before
    finally:
        signal.signal(number, kept)
