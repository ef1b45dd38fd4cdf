"""The workflow that `smokegate init` writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from smokegate.commands.init import CACHE, CHECKOUT, FILE, workflow, write_workflow
from smokegate.project import VERSION

ROOT = Path(__file__).parents[3]
DOCS = "https://docs.example/gate"


def test_it_gates_one_environment_with_this_version() -> None:
    """Least permissions, pinned actions, and the secrets only where the environment signs in."""
    steps = YAML(typ="safe").load(workflow("my-shop", DOCS, signs_in=True))["jobs"]["smoke"]["steps"]

    assert steps[2]["uses"].endswith(f"@v{VERSION}")
    assert steps[2]["with"] == {"env": "my-shop"}
    assert steps[2]["env"]["SMOKE_MY_SHOP_EMAIL"] == "${{ secrets.SMOKE_MY_SHOP_EMAIL }}"
    assert "secrets." not in workflow("my-shop", DOCS, signs_in=False)


def test_each_run_is_compared_with_the_runs_before() -> None:
    """The history of green runs is restored from where the last one left it, for this environment alone."""
    (kept,) = (
        step["with"]
        for step in YAML(typ="safe").load(workflow("my-shop", DOCS, signs_in=False))["jobs"]["smoke"]["steps"]
        if step["uses"].startswith("actions/cache@")
    )
    assert kept["path"] == "reports/history"
    assert kept["key"].startswith(kept["restore-keys"])
    assert kept["restore-keys"] == "smoke-my-shop/"


@pytest.mark.parametrize("action", [CHECKOUT, CACHE])
def test_its_actions_are_those_that_our_own_workflows_use(action: str) -> None:
    assert f"uses: {action}" in (ROOT / ".github/workflows/smoke.yml").read_text()


def test_a_workflow_that_is_there_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outside = write_workflow("shop", DOCS, signs_in=False)
    (tmp_path / ".git").mkdir()
    written = write_workflow("shop", DOCS, signs_in=False)
    FILE.write_text("name: ours\n")
    again = write_workflow("shop", DOCS, signs_in=False)

    assert "not a repository" in outside
    assert "is written" in written
    assert "left alone" in again
    assert FILE.read_text() == "name: ours\n"
