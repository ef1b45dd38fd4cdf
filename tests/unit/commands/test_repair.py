"""Act, wait, check again: what is done in which order, when it stops, and what is recorded."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from msgspec.structs import replace
from tests_support.servers import OLD, away, look_at, looping, server_environment, service, view

from smokegate.commands.common import CheckResult
from smokegate.commands.fix.plan import Action
from smokegate.commands.fix.repair import MAX_ACTIONS, Journal, Repair, Tools, repair
from smokegate.observation.evidence.sink import SINK


@dataclass
class FakeExecutor:
    """An executor that touches nothing and records its calls."""

    answers: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    settled: list[tuple[str, ...]] = field(default_factory=list)
    not_ready: str | None = None

    def commands(self, action: Action) -> tuple[str, ...]:
        """Say it without a project's directory."""
        return tuple(" ".join(("docker compose", *words)) for words in action.commands)

    def do(self, action: Action) -> str | None:
        """Keep what should be done, and answer as scripted."""
        self.done.append(action.title)
        return self.answers.get(action.title)

    def settle(self, services: Collection[str], limit: float) -> str | None:
        """Keep who was waited for, and answer as scripted."""
        assert limit > 0
        self.settled.append(tuple(services))
        return self.not_ready


@dataclass
class Stage:
    """One repair with scripted checks."""

    looks: list[CheckResult]
    path: Path
    executor: FakeExecutor = field(default_factory=FakeExecutor)
    agrees: bool = True
    said: list[str] = field(default_factory=list)
    waits: list[float | None] = field(default_factory=list)

    def run(self, first: CheckResult) -> Repair:
        """Fix what a check found."""
        looks = iter(self.looks)

        def again(wait: float | None) -> CheckResult:
            self.waits.append(wait)
            return next(looks)

        journal = Journal(self.path, "staging", "local")
        return repair(first, Tools(self.executor, journal, again, lambda *_: self.agrees, self.said.append))

    def states(self) -> list[tuple[str, str]]:
        """Return what the record says: state and action of each line."""
        lines = self.path.read_text("utf-8").splitlines()
        return [(each["state"], each.get("action", "")) for each in map(json.loads, lines)]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage([], tmp_path / "reports" / "fixes.jsonl")


def scripted(stage: Stage, looks: Iterable[CheckResult]) -> Stage:
    stage.looks = [*looks]
    return stage


def test_it_stops_at_the_first_action_that_a_look_verifies(
    stage: Stage, broken: CheckResult, well: CheckResult
) -> None:
    """One action, one look, and no further word."""
    result = scripted(stage, [well]).run(broken)
    assert (result.word, stage.executor.done) == ("verified", ["start backend"])


def test_an_action_counts_only_when_the_look_says_so(stage: Stage, broken: CheckResult, well: CheckResult) -> None:
    """That a command succeeded is not that it helped: the next one is tried."""
    result = scripted(stage, [broken, well]).run(broken)
    assert (result.word, stage.executor.done) == ("verified", ["start backend", "rebuild backend"])


def test_every_step_is_noted(stage: Stage, broken: CheckResult, well: CheckResult) -> None:
    """The record tells planned, applied, did not help and verified, in the order in which they came about."""
    scripted(stage, [broken, well]).run(broken)
    assert stage.states() == [
        ("planned", "start backend"),
        ("planned", "rebuild backend"),
        ("planned", "restart all"),
        ("applied", "start backend"),
        ("did not help", "start backend"),
        ("applied", "rebuild backend"),
        ("verified", "rebuild backend"),
    ]


def test_nothing_is_done_twice(stage: Stage, broken: CheckResult) -> None:
    """When nothing helps, each action was done once, and the user learns that none did."""
    result = scripted(stage, [broken] * 3).run(broken)
    assert result.word == "did not help"
    assert stage.executor.done == ["start backend", "rebuild backend", "restart all"]
    assert "none helped" in result.reason


def test_a_command_that_fails_is_followed_by_a_look_all_the_same(
    stage: Stage, broken: CheckResult, well: CheckResult
) -> None:
    """What half of a command did must be seen; there is nothing to wait for before."""
    stage.executor.answers["start backend"] = "no such service"
    scripted(stage, [broken, well]).run(broken)
    assert ("failed", "start backend") in stage.states()
    assert (stage.waits[0], stage.executor.settled) == (None, [("backend",)])


def test_what_comes_next_follows_from_the_new_cause(stage: Stage, broken: CheckResult) -> None:
    """The started backend shows why it was away: an import error, which nothing here can fix."""
    environment = server_environment()
    log = "ModuleNotFoundError: No module named 'reportlabz'"
    worse = look_at(view(looping("backend", log)), *away(environment), environment=environment)
    result = scripted(stage, [worse]).run(broken)
    assert (result.word, stage.executor.done) == ("did not help", ["start backend"])
    assert "the code or the image" in result.reason
    assert stage.states()[-1] == ("refused", "")


def test_another_cause_gets_its_own_plan(stage: Stage, broken: CheckResult, well: CheckResult) -> None:
    """With the backend started, the worker is what is left."""
    other = look_at(view(service("worker", "exited")), OLD)
    result = scripted(stage, [other, well]).run(broken)
    assert (result.word, stage.executor.done) == ("verified", ["start backend", "start worker"])
    assert any("container.worker-down" in line for line in stage.said)


def test_causes_that_change_for_ever_end_all_the_same(stage: Stage, broken: CheckResult) -> None:
    """There is a number of actions after which it stops."""
    names = ("a", "b", "c", "d", "e", "f", "g", "h")
    looks = [look_at(view(service(name, "exited")), OLD) for name in names]
    result = scripted(stage, looks).run(broken)
    assert result.word == "did not help"
    assert len(stage.executor.done) == MAX_ACTIONS


def test_without_leave_nothing_is_done(stage: Stage, broken: CheckResult) -> None:
    """No command runs where the answer is no."""
    stage.agrees = False
    assert stage.run(broken).word == "declined"
    assert stage.executor.done == []


def test_what_no_action_cures_is_refused(stage: Stage) -> None:
    """Nothing is planned, and the reason is in the record."""
    environment = server_environment()
    log = 'psycopg.OperationalError: FATAL:  password authentication failed for user "atp"'
    look = look_at(view(looping("backend", log)), *away(environment), environment=environment)
    result = stage.run(look)
    assert (result.word, stage.executor.done, stage.states()) == ("refused", [], [("refused", "")])


def test_it_waits_for_the_services_that_were_touched(stage: Stage, broken: CheckResult, well: CheckResult) -> None:
    """After the last action for all of them."""
    scripted(stage, [broken, broken, well]).run(broken)
    assert stage.executor.settled == [("backend",), ("backend",), ("backend", "db", "nginx", "worker")]


def test_what_does_not_get_ready_is_looked_at_at_once(stage: Stage, broken: CheckResult, well: CheckResult) -> None:
    """The edge is not waited for while a service behind it is not there."""
    stage.executor.not_ready = "backend: crashes and is restarted repeatedly"
    scripted(stage, [well]).run(broken)
    assert stage.waits == [None]


def test_a_reload_that_fails_is_not_followed_by_a_restart(stage: Stage) -> None:
    """An nginx with an unsound configuration goes on with the old one, and would not survive a restart."""
    environment = server_environment()
    stale = look_at(view(), *away(environment), environment=environment)
    stage.executor.answers["reload nginx"] = "nginx: [emerg] unknown directive"
    result = scripted(stage, [stale]).run(stale)
    assert stage.executor.done == ["reload nginx"]
    assert "unknown directive" in result.reason


def test_an_interrupt_while_a_command_runs_is_noted(
    stage: Stage, broken: CheckResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record says that what the command came to is not known."""

    def interrupted(_: Action) -> str | None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stage.executor, "do", interrupted)
    assert stage.run(broken).word == "interrupted"
    assert stage.states()[-1] == ("interrupted", "start backend")


def test_a_look_that_was_cut_short_verifies_nothing(stage: Stage, broken: CheckResult, well: CheckResult) -> None:
    """A green half of a look is not green."""
    result = scripted(stage, [replace(well, interrupted=True)]).run(broken)
    assert result.word == "interrupted"
    assert ("verified", "start backend") not in stage.states()


def test_the_record_holds_no_secret(stage: Stage, broken: CheckResult, well: CheckResult) -> None:
    """What a command wrote is redacted before it is written."""
    SINK.add("hunter2-and-more")
    stage.executor.answers["start backend"] = "refused: hunter2-and-more"
    scripted(stage, [well]).run(broken)
    text = stage.path.read_text("utf-8")
    assert "hunter2" not in text
    assert "refused: [redacted]" in text
