"""The workflow that `smokegate init` writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from smokegate.commands.workflow import CHECKOUT, FILE, workflow, write_workflow
from smokegate.project import VERSION

ROOT = Path(__file__).parents[3]
DOCS = "https://docs.example/gate"


def test_it_gates_one_environment_with_this_version() -> None:
    """Least permissions, pinned actions, and the secrets only where the environment signs in."""
    steps = YAML(typ="safe").load(workflow("my-shop", DOCS, signs_in=True))["jobs"]["smoke"]["steps"]

    assert steps[1]["uses"].endswith(f"@v{VERSION}")
    assert steps[1]["with"] == {"env": "my-shop"}
    assert steps[1]["env"]["SMOKE_MY_SHOP_EMAIL"] == "${{ secrets.SMOKE_MY_SHOP_EMAIL }}"
    assert "secrets." not in workflow("my-shop", DOCS, signs_in=False)


def test_its_checkout_is_the_one_that_our_own_workflows_use() -> None:
    assert f"uses: {CHECKOUT}" in (ROOT / ".github/workflows/smoke.yml").read_text()


def test_a_workflow_that_is_there_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outside = write_workflow("shop", DOCS, signs_in=False)
    (tmp_path / ".git").mkdir()
    written = write_workflow("shop", DOCS, signs_in=False)
    FILE.write_text("name: ours\n")
    again = write_workflow("shop", DOCS, signs_in=False)

    assert "no repository" in outside
    assert "is written" in written
    assert "left alone" in again
    assert FILE.read_text() == "name: ours\n"
