"""What a person sees: two screens as they are, and what foreign text may not do to them."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import TextIO, cast

import pytest
from tests_support.diagnosis import answered
from tests_support.servers import NOW, away, gone, look_at, looping, server_environment, service, view

from smokegate import cli
from smokegate.commands import suite_process
from smokegate.commands.common import CheckResult
from smokegate.observation.evidence.sink import SINK
from smokegate.observation.model import Readiness
from smokegate.observation.server import LogLine, ServiceView
from smokegate.report.console import Console
from smokegate.report.containers import LOG_LINES, log_excerpt, span
from smokegate.report.json import document
from smokegate.report.screen import screen
from smokegate.report.terminal import TerminalLine
from smokegate.report.terminal_text import WIDEST, table
from smokegate.standard_streams import EnduringStream

SCREENS = Path(__file__).parent / "screens"
ESCAPES = "\x1b[2J\x9b31m\u202e\r\n::error::x"


def shown(look: CheckResult) -> str:
    """Return the screen as text."""
    return "\n".join(line.text for line in screen(look.report)) + "\n"


def test_the_screen_of_a_stopped_backend(broken: CheckResult) -> None:
    """Containers, endpoints, cause, evidence, steps and verdict, as in `screens/stopped.txt`."""
    assert shown(broken) == (SCREENS / "stopped.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("readiness", "line"),
    [
        (Readiness(waited=2.04, ready=True, polls=9), "waited 2.0 s: it got ready"),
        (Readiness(waited=9.0, ready=False, polls=9), "waited 9.0 s: it did not get ready"),
        (Readiness(0.1, ready=False, polls=1, gave_up="no such name"), "waited 0.1 s: no such name"),
    ],
)
def test_what_waiting_came_to_is_reported(readiness: Readiness, line: str) -> None:
    """How long it took, and why it was given up."""
    assert line in shown(look_at(view(), readiness=readiness)).splitlines()


def test_the_screen_of_a_deployment_that_works(well: CheckResult) -> None:
    """Short, and green, as in `screens/well.txt`."""
    assert shown(well) == (SCREENS / "well.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("changed", "row"),
    [
        (gone("worker"), "worker no container - - - -"),
        (looping("worker", "x"), "worker restarting - 1 4 2 min 0 s ago"),
        (service("worker", "exited", exit_code=137), "worker exited - 137 0 2 min 0 s ago"),
        (service("worker", health="unhealthy"), "worker running unhealthy - 0 1 h 0 min ago"),
    ],
)
def test_the_container_table_shows_how_a_service_stands(changed: ServiceView, row: str) -> None:
    """Service, state, health, exit code, restarts, since when."""
    assert row in [" ".join(line.split()) for line in shown(look_at(view(changed))).splitlines()]


def test_what_failed_is_first_and_red() -> None:
    """Whatever was requested first."""
    lines = list(screen(look_at(view(), answered("endpoint /api/quotes", 500, "x")).report))
    start = [line.text for line in lines].index("From the edge")

    assert lines[start + 2].text.split()[:2] == ["endpoint", "/api/quotes"]
    assert lines[start + 2].colour == "red"
    assert lines[start + 3].colour is None


class Narrow(io.StringIO):
    """A terminal of 60 columns."""

    encoding = "ascii"

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_line_is_wrapped_under_its_text_and_spelled_as_the_terminal_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only on a terminal: a file gets whole lines."""
    monkeypatch.setenv("COLUMNS", "60")
    text = "   1. Start it · " + "with many words " * 6
    terminal, file = Narrow(), io.StringIO()
    Console(terminal, terminal).write([TerminalLine(text)])
    Console(file, file).write([TerminalLine(text)])

    first, *rest = terminal.getvalue().splitlines()
    assert first.startswith("   1. Start it - with many")
    assert rest
    assert all(line.startswith("      w") and len(line) <= 60 for line in rest)
    assert file.getvalue().count("\n") == 1


def test_log_lines_of_healthy_services_are_not_shown() -> None:
    """Noise is not evidence."""
    noisy = service("worker", log=(LogLine(NOW, "ERROR: an old story"),))
    assert "an old story" not in shown(look_at(view(noisy, service("backend", "exited"))))


def test_the_log_lines_that_tell_come_before_the_last_ones() -> None:
    """The traceback counts, not the hundred lines of access log after it."""
    lines = ["ImportError: boom", *(f"GET /health {n}" for n in range(50))]
    assert log_excerpt(looping("backend", *lines)) == ("ImportError: boom",)


def test_a_log_without_errors_is_shown_by_its_end() -> None:
    """The last words are better than none."""
    lines = [f"tick {n}" for n in range(50)]
    assert log_excerpt(looping("backend", *lines)) == tuple(lines[-LOG_LINES:])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.4, "59 s"), (61, "1 min 1 s"), (3700, "1 h 1 min"), (90000, "1 d 1 h")],
)
def test_durations_have_two_units(seconds: float, text: str) -> None:
    """The two that say most."""
    assert span(seconds) == text


def test_a_server_cannot_drive_the_terminal() -> None:
    """Escape sequences, direction marks and workflow commands in logs, bodies and names come out harmless."""
    environment = server_environment()
    hostile = looping(f"back{ESCAPES}end", f"Error {ESCAPES}")
    changes = [*away(environment), answered("health", 503, f"boom {ESCAPES}", {"x-commit": ESCAPES})]
    text = shown(look_at(view(hostile), *changes, environment=environment))
    assert not {"\x1b", "\x9b", "\u202e", "\r"} & {*text}
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_secrets_do_not_reach_the_terminal() -> None:
    """Neither those of the environment file nor passwords in the addresses that a server logs."""
    out = io.StringIO()
    SINK.add("s3cret-value")
    console = Console(out, io.StringIO())
    console.write([TerminalLine("key s3cret-value"), TerminalLine("postgresql://atp:hunter2@db:5432/atp refused")])
    console.document(json.dumps({"why": "postgresql://atp:hunter2@db", "key": "s3cret-value"}))
    assert "s3cret-value" not in out.getvalue()
    assert "hunter2" not in out.getvalue()
    assert "postgresql://atp:[redacted]@db" in out.getvalue()


def test_colour_is_for_terminals(well: CheckResult) -> None:
    """A file or a pipe gets none."""
    out = io.StringIO()
    Console(out, io.StringIO()).write(screen(well.report))
    assert "\x1b" not in out.getvalue()


def test_no_live_line_where_no_one_watches() -> None:
    """A log of CI is not filled with it."""
    err = io.StringIO()
    with Console(io.StringIO(), err).progress(lambda: "looking"):
        pass
    assert err.getvalue() == ""


def test_a_live_line_is_taken_away_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows begins on a clean line."""
    err = io.StringIO()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(err, "isatty", lambda: True, raising=False)
    with Console(io.StringIO(), err).progress(lambda: "looking"):
        pass
    assert err.getvalue().endswith("\r\x1b[K")


def test_numbers_stand_flush_right_and_long_cells_are_cut() -> None:
    """All but the last column, which is as long as it is."""
    lines = table(("name", "ms", ""), [("x" * 99, "5", "y" * 99), ("b", "1000", "")], right={1})
    assert lines[1] == f"  {'x' * (WIDEST - 1)}…     5  {'y' * 99}"
    assert lines[2].split() == ["b", "1000"]


def test_the_json_is_the_run_s_own_shape(broken: CheckResult) -> None:
    """The same document as a run of the tests writes: what reads one reads both."""
    found = json.loads(json.dumps(document(broken.run), default=str))
    (environment,) = found["environments"]
    assert (found["schema"], found["run"]["exit"]) == (1, 1)
    assert (environment["verdict"], environment["cause"]["code"]) == ("FAIL", "container.stopped")
    assert environment["counts"]["failed"] == 2
    assert {each["name"] for each in environment["server"]["services"]} == {
        "backend",
        "db",
        "nginx",
        "worker",
    }


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y\n", True), ("YES\n", True), ("\n", False), ("", False), ("no\n", False)]
)
def test_only_yes_is_yes(monkeypatch: pytest.MonkeyPatch, answer: str, *, agreed: bool) -> None:
    """Enter, end of input and everything else leave things as they are."""
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    err = io.StringIO()
    assert Console(io.StringIO(), err).ask("restart backend?") is agreed
    assert err.getvalue() == "restart backend? [y/N] "


def test_a_reader_that_has_gone_changes_nothing() -> None:
    """`| head` closes the pipe: what is left to say goes nowhere, and the command ends as it would."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as out:
        console = Console(out=cast("TextIO", EnduringStream(out)))
        console.write([TerminalLine("one"), TerminalLine("two")])
        console.document("{}")
        assert os.fstat(out.fileno()).st_rdev == Path(os.devnull).stat().st_rdev


def test_a_command_that_is_started_without_streams_has_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """`>&- 2>&-`: nothing can be said, and a mistake in the call is still 4."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    with pytest.raises(SystemExit) as ended:
        cli.main(["check"])
    for stream in (sys.stdout, sys.stderr):
        stream.close()
    assert ended.value.code == 4


def test_ctrl_c_in_a_run_that_is_still_starting_leaves_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command that was interrupted says what is known; its child ends with the code of an interrupt."""

    def interrupted() -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(suite_process, "main", interrupted)
    with pytest.raises(SystemExit) as ended:
        exec(suite_process.START, {})  # noqa: S102 - what the child runs
    assert ended.value.code == 130
