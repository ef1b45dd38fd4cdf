"""The issues of red environments, against a stand-in for `gh` that keeps issues in a file."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from smokegate.commands.gate import comment, deploying, issue

GH = """\
#!{python}
import json, pathlib, re, sys
state_file = pathlib.Path(__file__).with_name("state.json")
state = json.loads(state_file.read_text())
_, _, _, method, path, *rest = sys.argv
body = json.loads(sys.stdin.read()) if rest else None
state["calls"].append([method, path, body])
if state.get("refuses"):
    state_file.write_text(json.dumps(state))
    sys.exit("HTTP 403: Resource not accessible by integration")
if "deployments" in path:
    print(json.dumps(state["statuses"] if "statuses" in path else state["deployments"]))
elif "comments" in path and method == "GET":
    print(json.dumps(state["comments"]))
elif "comments" in path and "comments/" not in path and state.get("sticky"):
    state["comments"].append({{"id": 70 + len(state["comments"]), **body}})
elif "issues/comments/" in path:
    next(each for each in state["comments"] if each["id"] == int(path.rsplit("/", 1)[1])).update(body)
elif method == "GET":
    print(json.dumps([each for each in state["issues"] if each["state"] == "open"]))
elif path.endswith("/issues"):
    state["issues"].append({{"number": len(state["issues"]) + 1, "state": "open", **body}})
elif method == "PATCH":
    state["issues"][int(path.rsplit("/", 1)[1]) - 1].update(body)
state_file.write_text(json.dumps(state))
"""


class GitHub:
    """What the stand-in holds."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "state.json"
        self.set(issues=[], comments=[], calls=[], deployments=[], statuses=[])

    def set(self, **values: Any) -> None:
        """Change what it holds."""
        old = json.loads(self._file.read_text()) if self._file.exists() else {}
        self._file.write_text(json.dumps({**old, **values}), encoding="utf-8")

    def __getitem__(self, name: str) -> Any:
        return json.loads(self._file.read_text())[name]

    @property
    def writes(self) -> list[str]:
        """The calls that change something, in order."""
        return [f"{method} {path}" for method, path, _ in self["calls"] if method != "GET"]


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitHub:
    """A stand-in for `gh` on the path."""
    program = tmp_path / "gh"
    program.write_text(GH.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return GitHub(tmp_path)


def report(verdict: str, cause: str | None = None, **more: Any) -> dict[str, Any]:
    """One environment of a run's JSON."""
    found = {"code": cause, "title": "It is down", "confidence": "certain", "evidence": ["503"], "steps": ["Look"]}
    return {"name": "shop", "verdict": verdict, "decision": "fix", "cause": found | more if cause else None}


def at(minute: int = 0) -> issue.Seen:
    """A look at noon and some minutes."""
    when = datetime(2026, 11, 25, 12, minute, tzinfo=UTC)
    return issue.Seen(when, "https://github.example/run/1", "https://github.example/page")


def follow(environment: dict[str, Any], minute: int = 0) -> issue.Done:
    """Follow one environment."""
    return issue.follow(environment, "us/app", at(minute))


def test_a_red_environment_has_one_issue(github: GitHub) -> None:
    """With cause, evidence, steps, report and times; the next red round with the same cause notifies no one."""
    done = [follow(report("FAIL", "app.down")), follow(report("FAIL", "app.down"), minute=15)]

    (opened,) = github["issues"]
    assert opened["title"] == "shop is FAIL: It is down"
    assert "    503" in opened["body"]
    assert "1. Look" in opened["body"]
    assert "First seen 2026-11-25T12:00Z, last seen 2026-11-25T12:15Z." in opened["body"]
    assert "[Report](https://github.example/page) · [Run](https://github.example/run/1)" in opened["body"]
    assert github.writes == ["POST repos/us/app/issues", "PATCH repos/us/app/issues/1"]
    assert [each.changed for each in done] == [True, False]


def test_another_cause_is_a_comment(github: GitHub) -> None:
    """Once: the issue remembers it, and since when it is red."""
    done = [follow(report("FAIL", cause), minute) for minute, cause in enumerate(("app.down", "app.slow", "app.slow"))]

    assert [each for each in github.writes if "comments" in each] == ["POST repos/us/app/issues/1/comments"]
    assert "First seen 2026-11-25T12:00Z, last seen 2026-11-25T12:02Z." in github["issues"][0]["body"]
    assert [each.was for each in done] == ["green", "red for app.down", ""]


def test_recovery_closes_it(github: GitHub) -> None:
    """And a healthy environment without an issue changes nothing."""
    follow(report("FAIL", "app.down"))
    closed, quiet = follow(report("PASS"), minute=30), follow(report("PASS"))

    assert github["issues"][0]["state"] == "closed"
    assert len(github.writes) == 3
    said = next(body["body"] for method, path, body in github["calls"] if path.endswith("/comments"))
    assert said.startswith("`shop` is PASS again, red from 2026-11-25T12:00Z to 2026-11-25T12:30Z.")
    assert (closed.changed, quiet.changed) == (True, False)


def test_a_change_is_announced_once_and_a_dead_channel_is_a_warning(
    github: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What changes nothing is announced to no one; the address, which may hold a token, is in no output."""
    file, sent = tmp_path / "shop.json", []

    class Alerts:
        def __init__(self, targets: list[str]) -> None:
            assert targets == ["slack://token", "ntfy://topic"]

        def announce(self, change: Any) -> list[str]:
            sent.append((change.environment, change.verdict, change.was, change.cause))
            return ["--alert: not sent to every address"]

    monkeypatch.setattr("smokegate.commands.alerts.Alerts", Alerts)
    variables = {"GITHUB_REPOSITORY": "us/app", "SMOKEGATE_ALERT": "slack://token\nntfy://topic"}
    for verdict, cause in (("FAIL", "app.down"), ("FAIL", "app.down"), ("UNKNOWN", "runner.offline"), ("PASS", None)):
        file.write_text(json.dumps({"environments": [report(verdict, cause)]}), encoding="utf-8")
        assert issue.main([str(file)], variables) == 0

    assert sent == [("shop", "FAIL", "green", "app.down"), ("shop", "PASS", "red", "")]
    out = capsys.readouterr().out
    assert out.count("::warning title=smokegate::--alert: not sent to every address") == 2
    assert "token" not in out
    assert github["issues"][0]["state"] == "closed"


def test_unknown_opens_and_closes_nothing(github: GitHub) -> None:
    """Nothing was learned of the deployment."""
    follow(report("UNKNOWN", "runner.offline"))
    follow(report("FAIL", "app.down"))
    follow(report("UNKNOWN", "runner.offline"))

    assert github.writes == ["POST repos/us/app/issues"]


def test_foreign_text_is_text(github: GitHub) -> None:
    """It mentions no one, draws no markup and cannot pose as the mark of another environment."""
    follow(report("FAIL", "app.down", title="<!-- smokegate environment=x cause=y --> @team **now**"))

    body = github["issues"][0]["body"]
    assert body.count("<!--") == 1
    assert "@team" not in body
    assert "**now**" not in body


def test_a_refusal_is_a_warning_and_changes_no_verdict(
    github: GitHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The step ends well; what GitHub said is shown."""
    github.set(refuses=True)
    file = tmp_path / "shop.json"
    file.write_text(json.dumps({"environments": [report("FAIL", "app.down")]}), encoding="utf-8")

    assert issue.main([str(file)], {"GITHUB_REPOSITORY": "us/app"}) == 0
    assert "::warning title=smokegate::GET" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("minutes", "state", "expected"),
    [(5, "in_progress", True), (5, "success", False), (45, "in_progress", False), (5, None, True)],
)
def test_a_deployment_silences_the_watch_for_half_an_hour(
    github: GitHub, minutes: int, state: str | None, *, expected: bool
) -> None:
    """One that hangs for longer does not."""
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    created = (now - timedelta(minutes=minutes)).isoformat()
    github.set(deployments=[{"id": 7, "created_at": created}], statuses=[{"state": state}] if state else [])

    assert deploying.deploying("us/app", now) is expected


def test_the_watch_goes_on_where_github_cannot_be_asked(github: GitHub, tmp_path: Path) -> None:
    """With a warning."""
    github.set(refuses=True)
    output = tmp_path / "output"
    assert deploying.main({"GITHUB_OUTPUT": str(output), "GITHUB_REPOSITORY": "us/app"}) == 0
    assert output.read_text() == "deploying=false\n"


def stick(environment: dict[str, Any]) -> str:
    """Bring the comment on pull request 7 in line."""
    return comment.stick(environment, "us/app", 7, at())


def test_a_pull_request_has_one_comment_for_each_environment(github: GitHub) -> None:
    """It is changed when verdict or cause change, and left alone otherwise."""
    github.set(sticky=True)

    done = [stick(report("FAIL", "app.down")), stick(report("FAIL", "app.down")), stick(report("PASS"))]

    (only,) = github["comments"]
    assert done == ["shop: comment made", "shop: FAIL, the comment says so already", "shop: comment changed"]
    assert github.writes == ["POST repos/us/app/issues/7/comments", "PATCH repos/us/app/issues/comments/70"]
    assert "**shop** is PASS" in only["body"]


@pytest.mark.parametrize(("token", "refuses"), [("", False), ("read-only", True)])
def test_a_fork_without_a_token_that_may_write_has_the_summary(
    github: GitHub, tmp_path: Path, capsys: pytest.CaptureFixture[str], token: str, *, refuses: bool
) -> None:
    github.set(refuses=refuses)
    event, run = tmp_path / "event.json", tmp_path / "shop.json"
    event.write_text(json.dumps({"pull_request": {"number": 7}}))
    run.write_text(json.dumps({"environments": [report("FAIL", "app.down")]}))

    code = comment.main([str(run)], {"GITHUB_EVENT_PATH": str(event), "GITHUB_REPOSITORY": "us/app", "GH_TOKEN": token})

    assert code == 0
    assert "the job summary says it all" in capsys.readouterr().out
    assert github["comments"] == []


def test_a_push_has_no_comment(github: GitHub, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"head_commit": {}}))

    assert comment.main(["none.json"], {"GITHUB_EVENT_PATH": str(event), "GH_TOKEN": "t"}) == 0
    assert github["calls"] == []
