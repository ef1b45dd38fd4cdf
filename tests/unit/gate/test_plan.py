"""Which environments a workflow checks, and which deployments it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from smokegate.commands.gate.inputs import InputError, Inputs, read_inputs
from smokegate.commands.gate.plan import main, plan

SHA = "a" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two environments."""
    for name in ("production", "staging"):
        (tmp_path / f"{name}.toml").write_text('[backend]\nurl = "https://app.example"\n', encoding="utf-8")
    return tmp_path


def inputs(folder: Path, event: Mapping[str, Any] | None = None, **more: str) -> Inputs:
    """The inputs of a job."""
    values = {"SMOKEGATE_ENVIRONMENTS": str(folder), "GITHUB_REPOSITORY": "us/app", **more}
    return Inputs(values, event or {})


def deployment(**changes: Any) -> dict[str, Any]:
    """The event of a deployment, changed at the paths that are named (`deployment__sha`)."""
    event: dict[str, Any] = {
        "repository": {"full_name": "us/app", "default_branch": "main"},
        "deployment": {"sha": SHA, "environment": "Staging"},
        "deployment_status": {"state": "success", "environment_url": "https://app-pr-7.onrender.com"},
    }
    for path, value in changes.items():
        section, key = path.split("__")
        event[section][key] = value
    return event


def test_without_a_choice_every_environment_is_checked(folder: Path) -> None:
    """So does `all`."""
    assert [row["env"] for row in plan(inputs(folder))] == ["production", "staging"]
    assert [row["env"] for row in plan(inputs(folder, SMOKEGATE_ENV="all"))] == ["production", "staging"]


def test_an_environment_without_a_file_is_refused_by_name(folder: Path) -> None:
    """With the names that there are."""
    with pytest.raises(InputError, match="no file for prod; there are production, staging"):
        plan(inputs(folder, SMOKEGATE_ENV="prod, staging"))


def test_a_deployment_is_checked_for_its_own_commit(folder: Path) -> None:
    """The environment's name is compared without letter case; the file's own address stays."""
    assert plan(inputs(folder, deployment())) == [{"env": "staging", "commit": SHA, "set": ""}]


def test_a_deployment_that_is_not_done_is_nothing_to_check(folder: Path) -> None:
    """Not even a mistake."""
    assert plan(inputs(folder, deployment(deployment_status__state="in_progress"))) == []


def test_the_deployments_address_is_used_where_its_host_is_expected(folder: Path) -> None:
    """The override goes to the key that the repository names."""
    more = {"SMOKEGATE_URL_KEY": "backend.url", "SMOKEGATE_HOSTS": "onrender.com"}
    (row,) = plan(inputs(folder, deployment(), **more))
    assert row["set"] == "backend.url=https://app-pr-7.onrender.com"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"repository__full_name": "them/app"}, "not of this one"),
        ({"deployment__sha": "main; rm -rf /"}, "expected a commit"),
        ({"deployment__environment": "preview"}, "no environment file for 'preview'"),
        ({"deployment_status__environment_url": "https://evil.example/onrender.com"}, "is not an expected one"),
        ({"deployment_status__environment_url": "http://app.onrender.com"}, "is not an expected one"),
        ({"deployment_status__environment_url": "https://evilonrender.com"}, "is not an expected one"),
    ],
)
def test_a_deployment_that_is_not_expected_is_refused(folder: Path, changes: dict[str, str], text: str) -> None:
    """Another repository, commit, environment or host: nothing is sent."""
    more = {"SMOKEGATE_URL_KEY": "backend.url", "SMOKEGATE_HOSTS": "onrender.com"}
    with pytest.raises(InputError, match=text):
        plan(inputs(folder, deployment(**changes), **more))


def test_the_matrix_is_an_output_of_the_step(folder: Path, tmp_path: Path) -> None:
    """As GitHub reads it: one line, one JSON document."""
    output, event = tmp_path / "output", tmp_path / "event.json"
    event.write_text(json.dumps(deployment()), encoding="utf-8")
    variables = {**inputs(folder).values, "GITHUB_OUTPUT": str(output), "GITHUB_EVENT_PATH": str(event)}

    assert main(variables) == 0
    lines = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
    assert json.loads(lines["matrix"])["include"][0]["commit"] == SHA
    assert lines["any"] == "true"


def test_a_refusal_is_one_annotation(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And exit code 4; foreign text in it starts no other command."""
    assert main({**inputs(folder).values, "SMOKEGATE_ENV": "x\n::warning::y"}) == 4
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("::error title=smokegate::env: no file for")


def test_an_event_that_cannot_be_read_is_no_deployment(tmp_path: Path) -> None:
    """A job that a person started has none, or another kind."""
    broken = tmp_path / "event.json"
    broken.write_text("{", encoding="utf-8")
    assert read_inputs({"GITHUB_EVENT_PATH": str(broken)}).event == {}
