"""The action and the workflows: their own steps run in bash, with inputs and files as GitHub gives them."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests_support.github import Job, cancel, read
from tests_support.running import ROOT, patient
from tests_support.web import Web, reply, serve

from smokegate.commands.gate.on_failure import words_for
from smokegate.project import VERSION
from smokegate.replica.process.client import start

FILES = [ROOT / "action.yml", *sorted((ROOT / ".github/workflows").glob("*.yml"))]
DEFAULTS = {name: str(each["default"]) for name, each in read("action.yml")["inputs"].items()}
WORKFLOW = read(".github/workflows/smoke.yml")
SHOP = """\
title = "Shop"
[backend]
url = "{url}"
[backend.health]
path = "/health"
[version]
path = "/health"
header = "x-tectonic-commit"
"""
ON_RENDER = """\
[render]
api = "{api}"
service = "tectonic-backend"
"""


class Runner:
    """Runs the action, or a job of the reusable workflow, with folders of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.began: Callable[[subprocess.Popen[str]], object] = lambda _: None

    def action(self, *options: str, variables: dict[str, str] | None = None, **inputs: str) -> Job:
        """Run the whole action, on the local replica unless another environment is given."""
        named = {name.replace("_", "-"): value for name, value in inputs.items()}
        given = {"env": "local", "environments": str(ROOT / "environments"), "args": " ".join(options), **named}
        values = {f"inputs.{name}": given.get(name, default) for name, default in DEFAULTS.items()}
        values["strategy.job-total > 1 && strategy.job-index || ''"] = ""
        return self._job("smoke", values, variables).run(read("action.yml")["runs"]["steps"])

    def job(self, name: str, variables: dict[str, str] | None = None, **values: str) -> Job:
        """Run a job of the reusable workflow; `__` in a value's name is a dot."""
        dotted = {key.replace("__", ".").replace("_", "-"): value for key, value in values.items()}
        dotted.setdefault("inputs.environments", str(ROOT / "environments"))
        return self._job(name, dotted, variables).run(WORKFLOW["jobs"][name]["steps"], WORKFLOW["env"])

    def _job(self, name: str, values: dict[str, str], variables: dict[str, str] | None) -> Job:
        number = len(list(self.folder.glob("job-*")))
        folder = self.folder / f"job-{number}"
        return Job(folder, self.folder / "artifacts", values, variables or {}, name, self.began)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner with folders of its own."""
    return Runner(tmp_path)


def test_a_healthy_deployment_is_green(runner: Runner) -> None:
    """Outputs and summary say PASS, there is no annotation, and page and data are uploaded."""
    ran = runner.action(*patient("local"))

    assert ran.code == 0, ran.text
    assert (ran.outputs["gate"]["verdict"], ran.outputs["gate"]["exit-code"]) == ("PASS", "0")
    assert "PASS" in ran.summary
    assert "::error" not in ran.text
    assert ran.artifacts == ["local-smoke-gate-1.html", "local-smoke-gate-1.json"]


def test_a_broken_deployment_is_red_with_its_cause(runner: Runner) -> None:
    """In the outputs, in the summary's first lines, and as one annotation; the page is uploaded all the same."""
    ran = runner.action("--fault=no-server", phase="x/y")

    assert ran.code == 1, ran.text
    assert ran.outputs["gate"]["cause"] == "render.no-server"
    assert "fix the configuration, a rollback may not help" in "\n".join(ran.summary.splitlines()[:3])
    assert len(re.findall(r"^::error", ran.text, re.MULTILINE)) == 1
    assert ran.artifacts == ["local-smoke-x-y-1.html", "local-smoke-x-y-1.json"]
    page = runner.folder / "artifacts" / ran.artifacts[0]
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("fault", "code", "outcome"),
    [
        ("health-path-unset", 0, ("WARN", "render.health-path", "go on, look at the warnings")),
        ("edge-lost", 7, ("OUTAGE", "render.live-without-server", "hold, do not roll back")),
        ("key-refused", 6, ("UNKNOWN", "render.key-refused", "hold: nothing was learned: fix the runner, run again")),
    ],
)
def test_the_workflow_plans_checks_and_decides(
    runner: Runner, fault: str, code: int, outcome: tuple[str, str, str]
) -> None:
    """Its three jobs, with every verdict that the action's tests are not about."""
    plan = runner.job("plan", inputs__env="local-platform")
    row = plan.outputs["plan"]
    assert (plan.code, row["any"]) == (0, "true")
    assert row["matrix"] == '{"include": [{"env": "local-platform", "commit": "", "set": ""}]}'

    fine = {"matrix__env": "local-platform", "inputs__wait": "false", "inputs__on_unknown": "hold"}
    check = runner.job("check", {"SMOKEGATE_ARGS": " ".join([f"--fault={fault}", *patient("local-platform")])}, **fine)
    given = check.outputs["gate"]
    assert (check.code, given["exit-code"]) == (code, str(code)), check.text
    assert (given["verdict"], given["cause"], given["decision"]) == outcome
    assert f" {outcome[0]}" in check.summary
    assert outcome[2].removeprefix("hold: ") in check.summary
    assert len(re.findall(r"^::error", check.text, re.MULTILINE)) == (1 if code else 0)
    assert check.artifacts == ["local-platform-check-gate-1.html", "local-platform-check-gate-1.json"]

    results = {"needs__plan__result": "success", "needs__check__result": "failure" if code else "success"}
    gate = runner.job("gate", needs__plan__outputs__any="true", **results)
    assert (gate.code, gate.outputs["result"]) == (int(code > 0), {"result": results["needs__check__result"]})
    assert gate.artifacts == ["all-gate-gate-1.html"]


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
    ran = runner.action(**inputs)

    assert ran.code == 4
    assert "::error title=smokegate::" in ran.text
    assert text in ran.text
    assert ran.artifacts == []


def shop(folder: Path, text: str) -> str:
    """Write an environment file; returns its folder."""
    (folder / "environments").mkdir()
    (folder / "environments" / "shop.toml").write_text(text, encoding="utf-8")
    return str(folder / "environments")


@pytest.mark.parametrize(
    ("action", "fault", "outcome", "states"),
    [
        (
            "rollback",
            "version-broken",
            "verified",
            [
                "planned: restart tectonic-backend",
                "planned: roll back tectonic-backend",
                "done: restart tectonic-backend",
                "failed: restart tectonic-backend, FAIL afterwards",
                "done: roll back tectonic-backend",
                "verified: roll back tectonic-backend, PASS afterwards",
            ],
        ),
        ("redeploy", "start-failed-secret", "refused", ["refused: a new start would fail as this one did"]),
    ],
)
def test_a_failure_is_fixed_where_that_is_allowed(
    runner: Runner, action: str, fault: str, outcome: str, states: list[str]
) -> None:
    """The whole step on one deployment: red, then planned, done, failed or verified; the job stays red."""
    with start("render", fault) as replica:
        assert replica.platform is not None
        api, key = replica.platform
        folder = shop(runner.folder, (SHOP + ON_RENDER).format(url=replica.backend_url, api=api))
        values = {"matrix__env": "shop", "inputs__environments": folder, "inputs__wait": "false"}
        variables = {"RENDER_API_KEY": key}
        if action == "rollback":
            ran = runner.action(env="shop", environments=folder, wait="false", on_failure=action, variables=variables)
        else:
            ran = runner.job("check", variables, **values, inputs__on_failure=action)

    given = ran.outputs["gate"]
    assert (ran.code, given["verdict"], given["on-failure"]) == (1, "FAIL", outcome), ran.text
    said = ran.summary.partition(f"### on-failure: {action}: {outcome}")[2]
    shown = [line.removeprefix("- ") for line in said.splitlines() if line.startswith("- ")]
    assert [line[: len(state)] for line, state in zip(shown, states, strict=True)] == states
    kept = [file.read_text(encoding="utf-8") for file in (runner.folder / "artifacts").iterdir()]
    assert len(kept) == 2
    assert not any(key in text for text in (ran.text, ran.summary, *kept))


def test_a_fix_takes_over_where_it_acts_and_may_do_no_more_than_was_allowed() -> None:
    options = ["--wait", "--reports=there", "--expect-commit=01b0b7e", "--strict"]
    deploy, back = (words_for(each, "shop", options) for each in ("redeploy", "rollback"))

    assert deploy == ["diagnose", "shop", "--fix", "--yes", "--json", "--reports=there", "--expect-commit=01b0b7e"]
    assert back == ["diagnose", "shop", "--fix", "--yes", "--json", "--reports=there", "--allow-rollback"]


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server whose every answer the test decides."""
    with serve() as server:
        yield server


def test_a_job_that_is_cancelled_still_says_what_it_knows(runner: Runner, web: Web) -> None:
    """GitHub signals the step's own process alone; summary, outputs and page are written all the same."""
    asked, hold = threading.Event(), threading.Event()

    def health(_handler: Any) -> Any:
        asked.set()
        hold.wait(60)
        return reply({"status": "healthy"})

    web.answers["/health"] = health
    folder = shop(runner.folder, SHOP.format(url=web.url))

    def interrupt(process: subprocess.Popen[str]) -> None:
        if Path(str(process.args[-1])).name == "gate.sh":  # type: ignore[index]
            assert asked.wait(60)
            cancel(process)

    runner.began = interrupt
    try:
        ran = runner.action(env="shop", environments=folder, wait="false")
    finally:
        hold.set()

    assert (ran.code, ran.outputs["gate"]["verdict"]) == (2, "UNKNOWN"), ran.text
    assert "Do not go on" in ran.summary
    assert ran.artifacts == ["shop-smoke-gate-1.html", "shop-smoke-gate-1.json"]


def test_an_input_is_never_a_command(runner: Runner) -> None:
    """Whatever an input holds, the shell sees a variable."""
    ran = runner.action(set='backend.url="$(touch pwned)"`touch pwned`; touch pwned', env="local; touch pwned")

    assert ran.code == 4
    assert not [*runner.folder.rglob("pwned"), *ROOT.glob("pwned")]


def test_a_run_without_a_report_is_unknown_and_red(runner: Runner) -> None:
    """An environment that does not exist is wrong use: no input makes it green."""
    ran = runner.action(env="nosuch", on_unknown="warn", on_outage="warn")

    assert ran.code == 4
    assert ran.outputs["gate"]["verdict"] == "UNKNOWN"


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

    assert all("${{" not in script for script in scripts(read(str(file.relative_to(ROOT)))))


@pytest.mark.parametrize("file", FILES[1:], ids=lambda file: file.name)
def test_every_job_has_its_own_permissions_and_limit(file: Path) -> None:
    """Nothing is granted to a whole workflow, and no job runs for hours."""
    workflow = read(str(file.relative_to(ROOT)))

    assert workflow["permissions"] == {}
    assert all("permissions" in job and "timeout-minutes" in job for job in workflow["jobs"].values())


def test_workflows_install_this_version() -> None:
    """The version stands in the package; workflows for other repositories name the same."""
    named = [
        version
        for file in FILES
        for version in re.findall(r"smokegate(?:\[\w+\])?==(\S+)", file.read_text(encoding="utf-8"))
    ]
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
    script = WORKFLOW["jobs"]["gate"]["steps"][-1]["run"]
    variables = {"PLAN": plan, "CHECK": check, "ANY": "", "GITHUB_EVENT_NAME": event}
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        env={**variables, "PATH": os.environ["PATH"], "GITHUB_OUTPUT": str(tmp_path / "output")},
        capture_output=True,
        check=False,
    )
    assert (done.returncode == 0) is green
