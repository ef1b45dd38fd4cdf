"""The action and the workflows: their own steps run in bash, with inputs and files as GitHub gives them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests_support.running import ROOT, clean_environment

from smokegate.commands.gate.on_failure import act, words_for
from smokegate.project import VERSION

FILES = [ROOT / "action.yml", *sorted((ROOT / ".github/workflows").glob("*.yml"))]


def read(file: Path) -> Any:
    """Read a YAML file."""
    return YAML(typ="safe").load(file.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Ran:
    """What a step left behind."""

    code: int
    text: str
    outputs: dict[str, str]
    summary: str


class Runner:
    """A runner of the action's steps."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "smokegate/bin").mkdir(parents=True)
        python = folder / "smokegate/bin/python"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n', encoding="utf-8")
        python.chmod(0o755)
        self._steps = read(ROOT / "action.yml")["runs"]["steps"]

    def step(self, name: str, **variables: str) -> Ran:
        """Run one step by its name."""
        script = next(each for each in self._steps if each.get("name") == name)["run"]
        output, summary = self.folder / f"{name}.output", self.folder / f"{name}.summary"
        output.touch()
        summary.touch()
        given = {
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_ACTIONS": "true",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "GITHUB_JOB": "smoke",
            "GITHUB_ACTION": "__self",
            **variables,
        }
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=ROOT,
            env=clean_environment(given),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
        return Ran(done.returncode, done.stdout + done.stderr, outputs, summary.read_text(encoding="utf-8"))

    def check(self, *options: str, **inputs: str) -> Ran:
        """Run the step that checks, on the local replica unless another environment is given."""
        named = {f"SMOKEGATE_{name.upper()}": value for name, value in ({"env": "local"} | inputs).items()}
        args = " ".join([f"--reports={self.folder / 'reports'}", *options])
        return self.step("Check", SMOKEGATE_REPORTS=str(self.folder / "reports"), SMOKEGATE_ARGS=args, **named)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner with folders of its own."""
    return Runner(tmp_path)


def test_a_healthy_deployment_is_green(runner: Runner) -> None:
    """Outputs and summary say PASS, and there is no annotation."""
    ran = runner.check()

    assert ran.code == 0, ran.text
    assert ran.outputs["verdict"] == "PASS"
    assert ran.outputs["exit-code"] == "0"
    assert "PASS" in ran.summary
    assert "::error" not in ran.text


def test_a_broken_deployment_is_red_with_its_cause(runner: Runner) -> None:
    """In the outputs, in the summary's first lines, and as one annotation."""
    ran = runner.check("--fault=no-server")

    assert ran.code == 1, ran.text
    assert ran.outputs["cause"] == "render.no-server"
    assert "fix the configuration, a rollback will not help" in "\n".join(ran.summary.splitlines()[:3])
    assert len(re.findall(r"^::error", ran.text, re.MULTILINE)) == 1


def test_the_page_is_named_after_the_job(runner: Runner) -> None:
    """One file, whose name collides in no matrix, also where the job is red."""
    report = runner.check("--fault=no-server").outputs["report-path"]
    ran = runner.step("Name the page", REPORT=report, NAME="", ENVIRONMENT="local,x/y", ATTEMPT="2")

    page = Path(ran.outputs["html"])
    assert page.name == "local-x-y-smoke-__self-2.html"
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
    assert Path(ran.outputs["json"]).is_file()


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"env": ""}, "expected one of env"),
        ({"url": "http://127.0.0.1:1"}, "expected one of env"),
        ({"env": "--version"}, "expected names or addresses"),
        ({"on_failure": "undo"}, "on-failure: expected none, redeploy, rollback"),
        ({"on_unknown": "green"}, "on-unknown: expected fail, hold, warn"),
        ({"expect_commit": "main"}, "expected 7 to 64 hexadecimal digits"),
    ],
)
def test_an_input_that_cannot_be_used_is_one_annotation(runner: Runner, inputs: dict[str, str], text: str) -> None:
    """And exit code 4; nothing is sent."""
    ran = runner.check(**inputs)

    assert ran.code == 4
    assert "::error title=smokegate::" in ran.text
    assert text in ran.text


@pytest.mark.parametrize(
    ("action", "fault", "outcome"),
    [("rollback", "suspended-by-user", "verified"), ("redeploy", "build-failed", "refused")],
)
def test_a_failure_is_fixed_where_that_is_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str, fault: str, outcome: str
) -> None:
    """What was done stands in the summary; the fix checks the same deployment, and may not do more than was allowed."""
    options = ["--wait", f"--reports={tmp_path}", "--expect-commit=01b0b7e", "--strict"]
    words = words_for(action, "local-platform", options)
    assert [f"--reports={tmp_path}" in words, "--wait" in words, "--strict" in words] == [True, False, False]
    assert ("--allow-rollback" in words) is (action == "rollback") is not ("--expect-commit=01b0b7e" in words)
    summary = tmp_path / "summary"

    found = act(action, [*words, f"--fault={fault}"], clean_environment({"GITHUB_STEP_SUMMARY": str(summary)}))

    assert found == outcome, capsys.readouterr().out
    assert f"on-failure: {action}: {outcome}" in summary.read_text(encoding="utf-8")


def test_an_input_is_never_a_command(runner: Runner) -> None:
    """Whatever an input holds, the shell sees a variable."""
    runner.check(set='backend.url="$(touch pwned)"`touch pwned`; touch pwned', env="local; touch pwned")

    assert not (ROOT / "pwned").exists()
    assert not (runner.folder / "pwned").exists()


def test_a_run_without_a_report_is_unknown_and_red(runner: Runner) -> None:
    """An environment that does not exist is wrong use: no input makes it green."""
    ran = runner.check(env="nosuch", on_unknown="warn", on_outage="warn")

    assert ran.code == 4
    assert ran.outputs["verdict"] == "UNKNOWN"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_actions_are_pinned(file: Path) -> None:
    """By the commit's full id, with the version beside it."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if used := re.search(r"^\s*-?\s*uses: (\S+)(.*)", line):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", used[1]), line
            assert re.match(r" # v\d+\.\d+\.\d+$", used[2]), line


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_nothing_is_interpolated_into_a_shell(file: Path) -> None:
    """Values reach a step's script through variables only."""

    def scripts(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["run"]] if isinstance(node.get("run"), str) else []
            return own + [script for value in node.values() for script in scripts(value)]
        return [script for value in node for script in scripts(value)] if isinstance(node, list) else []

    assert all("${{" not in script for script in scripts(read(file)))


@pytest.mark.parametrize("file", FILES[1:], ids=lambda file: file.name)
def test_every_job_has_its_own_permissions_and_limit(file: Path) -> None:
    """Nothing is granted to a whole workflow, and no job runs for hours."""
    workflow = read(file)

    assert workflow["permissions"] == {}
    assert all("permissions" in job and "timeout-minutes" in job for job in workflow["jobs"].values())


def test_workflows_install_this_version() -> None:
    """The version stands in the package; workflows for other repositories name the same."""
    named = [version for file in FILES for version in re.findall(r"smokegate==(\S+)", file.read_text(encoding="utf-8"))]
    assert named
    assert set(named) == {VERSION}


@pytest.mark.parametrize(
    ("plan", "check", "event", "green"),
    [
        ("success", "success", "push", True),
        ("success", "failure", "push", False),
        ("success", "skipped", "push", False),
        ("success", "cancelled", "push", False),
        ("failure", "skipped", "push", False),
        ("skipped", "skipped", "deployment_status", True),
        ("success", "skipped", "deployment_status", False),
    ],
)
def test_the_last_job_is_green_only_where_every_check_succeeded(
    tmp_path: Path, plan: str, check: str, event: str, *, green: bool
) -> None:
    """GitHub takes a skipped job for a success: this one does not, but for a deployment that is not done yet."""
    script = read(ROOT / ".github/workflows/smoke.yml")["jobs"]["gate"]["steps"][-1]["run"]
    variables = {"PLAN": plan, "CHECK": check, "ANY": "", "GITHUB_EVENT_NAME": event}
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        env={**variables, "PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(tmp_path / "output")},
        capture_output=True,
        check=False,
    )
    assert (done.returncode == 0) is green
