"""A change of a watched deployment is announced once, and what goes wrong with that never ends the watch."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from smokegate.commands import alerts as alerts_module
from smokegate.commands.alerts import Alerts, Change
from smokegate.environment import extras
from smokegate.exit_codes import CommandError

CHANGE = Change("staging", "FAIL", "PASS", "render.no-server", "Nothing is running; $(touch owned)")
PYTHON = f"{sys.executable} -c"


def test_the_command_gets_the_change_as_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No shell reads a server's words."""
    monkeypatch.chdir(tmp_path)
    code = "import os; open('seen', 'w').write(os.environ['SMOKEGATE_NAME'] + os.environ['SMOKEGATE_TITLE'])"

    assert Alerts(f'{PYTHON} "{code}"').announce(CHANGE) == []
    assert (tmp_path / "seen").read_text() == "stagingNothing is running; $(touch owned)"
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (f'{PYTHON} "raise SystemExit(3)"', "the command ended with exit code 3"),
        ("no-such-command-here", "no-such-command-here cannot be run: no such file or directory"),
    ],
)
def test_a_command_that_fails_is_a_line(command: str, problem: str) -> None:
    assert Alerts(command).announce(CHANGE) == [f"--on-change: {problem}"]


def test_a_command_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts_module, "PATIENCE", 0.1)

    assert Alerts(f'{PYTHON} "import time; time.sleep(60)"').announce(CHANGE) == [
        "--on-change: the command was stopped after 0 s"
    ]


def test_a_command_with_an_open_quote_is_refused() -> None:
    with pytest.raises(CommandError, match="--on-change=say 'hi: No closing quotation"):
        Alerts("say 'hi")


def test_without_the_extra_a_message_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)

    with pytest.raises(CommandError, match=r"--alert needs the extra `alerts`.*pip install 'smokegate\[alerts\]'"):
        Alerts(targets=["slack://a"])


def test_a_message_has_cause_and_change_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apprise gets a title and a body, and an address that it does not know is not repeated."""
    sent = []

    class Apprise:
        def add(self, target: str) -> bool:
            return target.startswith("slack://")

        def notify(self, **message: str) -> bool:
            sent.append(message)
            return False

    monkeypatch.setattr(alerts_module, "not_installed", lambda _: None)
    monkeypatch.setitem(sys.modules, "apprise", SimpleNamespace(Apprise=Apprise))

    assert Alerts(targets=["slack://token"]).announce(CHANGE) == ["--alert: not sent to every address"]
    (message,) = sent
    assert message["title"] == "staging: FAIL (was PASS)"
    assert message["body"].endswith("(render.no-server)")
    with pytest.raises(CommandError) as refused:
        Alerts(targets=["nonsense://secret"])
    assert "secret" not in str(refused.value)
