"""The commands as a person calls them: real processes, on replicas that they start themselves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests_support.running import ROOT, clean_environment, patient

Ran = subprocess.CompletedProcess[str]
Smokegate = Callable[..., Ran]
FREE = """\
title = "A deployment that no one answers for"

[backend]
url = "http://127.0.0.1:1"
"""


def command(*words: str, reports: Path) -> list[str]:
    """Return the command line of a command that looks."""
    where = ("--environments", str(ROOT / "environments"), "--reports", str(reports))
    return [sys.executable, "-m", "smokegate", *words, *where]


def errors(ran: Ran) -> str:
    """Return what stands on standard error, without the lines that show the progress of a run that takes long."""
    return re.sub(r"^checking \S+: \d+ s\n", "", ran.stderr, flags=re.MULTILINE)


@pytest.fixture
def smokegate(tmp_path: Path) -> Smokegate:
    """Run a command to its end, with nothing on its standard input."""

    def run(*words: str, **variables: str) -> Ran:
        return subprocess.run(
            command(*words, reports=tmp_path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=clean_environment(variables),
            timeout=120,
            check=False,
        )

    return run


def test_a_deployment_that_works_is_0(smokegate: Smokegate) -> None:
    """PASS, every promise with its status, and nothing on standard error."""
    ran = smokegate("diagnose", "local", *patient("local"))
    assert (ran.returncode, errors(ran)) == (0, "")
    assert "PASS local" in ran.stdout


def test_a_broken_one_is_1_with_cause_and_steps(smokegate: Smokegate) -> None:
    """The outage that this project was born from, in one screen."""
    ran = smokegate("diagnose", "local", "--fault=no-server")
    assert ran.returncode == 1
    for text in ("FAIL local", "render.no-server", "x-render-routing: no-server", "not excluded", "1. "):
        assert text in ran.stdout


def test_json_is_one_document_and_nothing_else(smokegate: Smokegate) -> None:
    """What a program reads is not mixed with what a person reads."""
    ran = smokegate("diagnose", "local", "--fault=no-server", "--json")
    found: dict[str, Any] = json.loads(ran.stdout)
    assert found["run"]["exit"] == ran.returncode == 1
    assert found["environments"][0]["cause"]["code"] == "render.no-server"
    assert "fix" not in found


def test_json_is_whole_where_the_terminal_knows_ascii_only(smokegate: Smokegate) -> None:
    """What the encoding lacks is escaped, as JSON escapes it."""
    ran = smokegate("diagnose", "local", "--fault=no-server", "--json", PYTHONIOENCODING="ascii")
    assert json.loads(ran.stdout)["environments"][0]["cause"]["code"] == "render.no-server"
    assert ran.stdout.isascii()
    assert "\\u" in ran.stdout


@pytest.mark.parametrize(
    ("options", "ready"), [(("--wait=120s",), True), (("--wait=400ms", "--fault=starting"), False)]
)
def test_wait_waits_and_says_what_it_came_to(smokegate: Smokegate, options: tuple[str, ...], *, ready: bool) -> None:
    """What is healthy is looked at once it is, what does not get healthy once the time is over."""
    ran = smokegate("diagnose", "local-trading", *options, "--json")
    (environment,) = json.loads(ran.stdout)["environments"]
    assert environment["readiness"]["ready"] is ready
    assert environment["readiness"]["polls"] >= 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nosuch",), "nosuch"),
        (("locl",), "did you mean"),
        (("all",), "expected one environment"),
        (("local", "--fault=no-serve"), "did you mean no-server?"),
        (("local", "--set", "backend.heath.path=/x"), "heath"),
        (("local", "--wait=soon"), "--wait=soon"),
        (("local", "--jsn"), 'did you mean "--json"?'),
        (("local", "--yes"), "go with --fix"),
        (("local", "--dry-run"), "go with --fix"),
    ],
)
def test_what_cannot_be_used_is_4_with_one_clean_message(
    smokegate: Smokegate, words: tuple[str, ...], told: str
) -> None:
    """It names what is wrong; no traceback, and no request was made."""
    ran = smokegate("diagnose", *words)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_fix_of_what_has_no_hands_is_refused_with_the_steps(smokegate: Smokegate, tmp_path: Path) -> None:
    """The reason and the human steps are reported, the record says `refused`, and the verdict stays."""
    ran = smokegate("diagnose", "local", "--fault=no-server", "--fix", "--yes")
    assert ran.returncode == 1
    assert "refused: nothing is done about render.no-server: the fault is with the platform" in ran.stderr
    assert "1. Look for the service in the Render dashboard" in ran.stderr
    (line,) = (tmp_path / "fixes.jsonl").read_text("utf-8").splitlines()
    assert (json.loads(line)["state"], json.loads(line)["cause"]) == ("refused", "render.no-server")


def test_a_dry_run_leaves_no_record(smokegate: Smokegate, tmp_path: Path) -> None:
    """It shows, and does nothing."""
    smokegate("diagnose", "local", "--fault=no-server", "--fix", "--dry-run")
    assert not (tmp_path / "fixes.jsonl").exists()


def test_fix_of_what_works_does_nothing(smokegate: Smokegate, tmp_path: Path) -> None:
    """There is nothing to fix."""
    ran = smokegate("diagnose", "local", "--fix", "--yes", "--json", *patient("local"))
    assert (ran.returncode, json.loads(ran.stdout)["fix"]["result"]) == (0, "nothing to fix")
    assert not (tmp_path / "fixes.jsonl").exists()


def test_diagnose_needs_no_test_runner() -> None:
    """Pytest runs in a process of its own: the command itself stays small, however often it checks."""
    code = (
        "import sys; from smokegate.cli import main; code = main(sys.argv[1:]);"
        "assert not {'pytest', '_pytest'} & {*sys.modules}; sys.exit(code)"
    )
    words = ("diagnose", "local", "--environments", str(ROOT / "environments"))
    ran = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert (ran.returncode, errors(ran)) == (0, "")


def test_help_shows_the_exit_codes(smokegate: Smokegate) -> None:
    """Who writes a script need not look elsewhere."""
    assert "exit codes" in smokegate("diagnose", "--help").stdout


def test_watch_counts_its_rounds(smokegate: Smokegate, tmp_path: Path) -> None:
    """Two rounds, two lines of history, a summary."""
    ran = smokegate("watch", "local-trading", "--every=50ms", "--count=2", *patient("local-trading"))
    assert ran.returncode == 0, ran.stderr
    assert "2 rounds: 2 PASS" in ran.stdout
    assert len((tmp_path / "history" / "local-trading.jsonl").read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize("words", [("--every=often",), ("--count=0",)])
def test_watch_refuses_what_cannot_be(smokegate: Smokegate, words: tuple[str, ...]) -> None:
    """With 4, like every option that cannot be used."""
    ran = smokegate("watch", "local", *words)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert words[0] in ran.stderr


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_watch_with_its_summary(tmp_path: Path, ending: signal.Signals) -> None:
    """While it waits for the next round, as it does most of the time."""
    where = tmp_path / "environments"
    where.mkdir()
    (where / "free.toml").write_text(FREE)
    words = ("watch", "free", "--every=1h", "--environments", str(where), "--reports", str(tmp_path))
    process = subprocess.Popen(
        [sys.executable, "-m", "smokegate", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment({}),
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    os.kill(process.pid, ending)
    out, err = process.communicate(timeout=120)
    assert ("FAIL" in first, process.returncode, err) == (True, 1, "")
    assert "1 round: 1 FAIL" in out
