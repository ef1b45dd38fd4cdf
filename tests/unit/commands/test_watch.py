"""The rounds of a watch: when they begin, what they tell, what they come to; without clock or network."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests_support.diagnosis import an_environment, everywhere
from tests_support.servers import NOW, look_at, server_environment

from smokegate.commands import watch_loop
from smokegate.commands.common import CheckResult
from smokegate.commands.suite_process import Request
from smokegate.diagnosis.verdict import Verdict
from smokegate.report.console import Console


class Terminal(io.StringIO):
    """A stream that someone watches."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@dataclass
class Watched:
    """One watch on a clock that goes on by what is paused and by what looks take."""

    path: Path
    monkeypatch: pytest.MonkeyPatch
    now: float = 0.0
    paused: list[float] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)
    out: io.StringIO = field(default_factory=io.StringIO)
    err: io.StringIO = field(default_factory=io.StringIO)

    def run(self, looks: Iterator[CheckResult] | list[CheckResult], took: float = 1.0, **options: Any) -> int:
        """Watch, each look taking some seconds; Ctrl-C where the looks are used up."""
        scripted = iter(looks)

        def run_checks(request: Request, _: Console) -> CheckResult:
            self.asked.append((request.watching, request.creating))
            found = next(scripted, None)
            if found is None:
                raise KeyboardInterrupt
            started = NOW + timedelta(seconds=self.now)
            self.now += took
            return replace(found, started=started, seconds=took)

        def pause(seconds: float) -> None:
            self.paused.append(seconds)
            self.now += seconds

        self.monkeypatch.setattr(watch_loop, "run_checks", run_checks)
        environment = options.pop("environment", server_environment())
        options = {"every": 60.0, "pause": pause, "clock": lambda: self.now, **options}
        return watch_loop.watch(environment, Console(self.out, self.err), self.path, **options)

    @property
    def history(self) -> list[dict[str, Any]]:
        """What was appended."""
        return [json.loads(line) for line in self.path.read_text("utf-8").splitlines()]


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(tmp_path / "history" / "staging.jsonl", monkeypatch)


@pytest.fixture
def down() -> CheckResult:
    """A look at a host that has no server."""
    return look_at(None, *everywhere(404, "Not Found", {"x-render-routing": "no-server"}), environment=EDGE)


EDGE = an_environment(sign_in=None, frontend=None)


def test_rounds_begin_at_a_steady_pace(watched: Watched, well: CheckResult) -> None:
    """From start to start: what a look takes is not added."""
    watched.run([well] * 3, count=3)
    assert watched.paused == [59.0, 59.0]


def test_a_long_round_is_followed_by_the_next_due_one(watched: Watched, well: CheckResult) -> None:
    """Rounds that were missed are not made up for in a burst."""
    watched.run([well] * 3, took=70.0, count=3)
    assert watched.paused == []
    assert [each["started"][-9:] for each in watched.history] == ["12:00:00Z", "12:01:10Z", "12:02:20Z"]


def test_a_line_a_round(watched: Watched, well: CheckResult, down: CheckResult) -> None:
    """Time, verdict, latency, cause, what it was before, and the reason once."""
    watched.run([well, down, down], count=3)
    lines = watched.out.getvalue().splitlines()
    assert lines[0].split() == ["2026-11-22", "12:00:00Z", "PASS", "0", "ms"]
    assert lines[1].split()[2:] == ["FAIL", "0", "ms", "render.no-server", "(was", "PASS)"]
    assert lines[2] == "  Nothing is running behind backend.example.com"
    assert lines[3].split()[2:] == ["FAIL", "0", "ms", "render.no-server"]
    assert "Nothing is running" not in "".join(lines[3:])


def test_the_bell_rings_on_a_change_only(watched: Watched, well: CheckResult, down: CheckResult) -> None:
    """Once when it breaks, once when it is back."""
    watched.out = Terminal()
    watched.run([well, down, down, well, well], count=5)
    assert watched.out.getvalue().count("\a") == 2


def test_no_bell_in_a_file(watched: Watched, well: CheckResult, down: CheckResult) -> None:
    """A log has no ears."""
    watched.run([well, down], count=2)
    assert "\a" not in watched.out.getvalue()


def test_the_history_has_a_line_for_every_round(watched: Watched, well: CheckResult, down: CheckResult) -> None:
    """It is appended to: what was there before stays."""
    watched.path.parent.mkdir()
    watched.path.write_text('{"schema": 1, "verdict": "PASS"}\n')
    watched.run([well, down], count=2)
    assert [each["verdict"] for each in watched.history] == ["PASS", "PASS", "FAIL"]
    assert watched.history[2]["cause"] == "render.no-server"
    assert watched.history[2]["changed"] is True


def test_an_interrupt_leaves_a_summary(watched: Watched, well: CheckResult, down: CheckResult) -> None:
    """Rounds, changes, availability, and the longest outage from its first sign to its first good round."""
    watched.run([well, down, down, well])
    assert watched.out.getvalue().splitlines()[-4:] == [
        "4 rounds: 2 PASS, 2 FAIL",
        "changes: 2",
        "availability: 50.00% of the judged rounds",
        "longest outage: 2 min 0 s, as seen between rounds",
    ]


def test_an_interrupt_before_the_first_round_says_so(watched: Watched) -> None:
    """No round, no availability."""
    assert watched.run([]) == Verdict.UNKNOWN.code
    assert "no round was completed" in watched.out.getvalue()


def test_a_round_that_was_cut_short_does_not_count(watched: Watched, well: CheckResult) -> None:
    """Half a look is not a round."""
    watched.run([well, replace(well, interrupted=True), well])
    assert "1 round: 1 PASS" in watched.out.getvalue()


def test_the_exit_code_is_the_worst_verdict_s(watched: Watched, well: CheckResult, down: CheckResult) -> None:
    """`watch --count 3 && …` goes on only where it worked throughout."""
    assert watched.run([well, down, well], count=3) == 1


def test_rounds_that_could_not_be_judged_are_no_outage(watched: Watched, well: CheckResult) -> None:
    """A runner without network says nothing about the deployment."""
    unknown = replace(well, report=replace(well.report, verdict=Verdict.UNKNOWN))
    watched.run([well, unknown, well], count=3)
    assert "availability: 100.00%" in watched.out.getvalue()
    assert "longest outage: none" in watched.out.getvalue()


def test_an_unknown_round_does_not_end_an_outage(watched: Watched, well: CheckResult, down: CheckResult) -> None:
    """It is over when a round says that it works."""
    unknown = replace(down, report=replace(down.report, verdict=Verdict.UNKNOWN))
    watched.run([down, unknown, down, well], count=4)
    assert "longest outage: 3 min 0 s" in watched.out.getvalue()


def test_accounts_are_not_created_every_round(watched: Watched, well: CheckResult) -> None:
    """Each would be left behind; a note says so, and how to have it all the same."""
    watched.run([well], count=1, environment=an_environment())
    assert watched.asked == [(True, False)]
    assert "--journey" in watched.err.getvalue()


def test_accounts_are_created_where_that_was_requested(watched: Watched, well: CheckResult) -> None:
    """With `--journey` the look is the whole one."""
    watched.run([well], count=1, environment=an_environment(), journey=True)
    assert watched.asked == [(True, True)]


def test_a_standing_account_signs_in_every_round(watched: Watched, well: CheckResult) -> None:
    """It creates nothing."""
    sign_in = {"login": "/api/auth/login", "account": "/api/auth/me"}
    watched.run([well], count=1, environment=an_environment(sign_in=sign_in))
    assert "sign-in is skipped" not in watched.err.getvalue()


def test_a_pause_can_be_interrupted(watched: Watched, well: CheckResult) -> None:
    """Ctrl-C while it waits ends it at once, with the summary."""

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    pause: Callable[[float], None] = interrupted
    assert watched.run([well, well], pause=pause) == 0
    assert "1 round: 1 PASS" in watched.out.getvalue()
