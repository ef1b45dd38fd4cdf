"""How a command ends that does not come to its end: by a signal, or by an error."""

from __future__ import annotations

import signal
from types import SimpleNamespace
from typing import Any

import pytest

from smokegate import cli
from smokegate.diagnosis.verdict import Verdict


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


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (KeyError("x"), "smokegate: error inside smokegate: KeyError: 'x' (at "),
        (OSError(28, "No space left on device"), "smokegate: this machine: [Errno 28] No space left on device"),
    ],
)
def test_an_error_is_one_line_and_unknown(monkeypatch: Any, capsys: Any, error: Exception, line: str) -> None:
    """Python's own exit code would be 1, which says that the deployment is broken."""

    def run(_: object) -> int:
        raise error

    monkeypatch.setattr(cli, "import_module", lambda _: SimpleNamespace(describe=lambda _: None, run=run))

    assert cli.main(["environments"]) == Verdict.UNKNOWN.code
    shown = capsys.readouterr().err
    assert shown.startswith(line)
    assert shown.count("\n") == 1
