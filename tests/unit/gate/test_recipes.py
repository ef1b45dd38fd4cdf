"""The recipes are whole files that their readers can run as they are."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from smokegate.plugin import options
from smokegate.project import VERSION

ROOT = Path(__file__).parents[3]
RECIPES = ROOT / "docs" / "recipes"
FILES = sorted(file for file in RECIPES.iterdir() if file.name != "README.md")
OF_PYTEST = {"--quiet"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_option_of_a_recipe_exists(file: Path) -> None:
    known = OF_PYTEST | {f"--{name}" for name in options.OPTIONS}
    lines = [line for line in file.read_text("utf-8").splitlines() if re.search(r"smokegate run|args: \[run", line)]
    used = {option for line in lines for option in re.findall(r"--[a-z][a-z-]*", line.split("||")[0])}

    assert used <= known


@pytest.mark.parametrize("file", sorted(RECIPES.glob("*.sh")), ids=lambda file: file.name)
def test_a_script_is_valid(file: Path) -> None:
    assert subprocess.run(["bash", "-n", str(file)], capture_output=True, check=False).returncode == 0


def test_the_index_names_every_recipe() -> None:
    assert set(re.findall(r"\]\(([\w.-]+)\) \|", (RECIPES / "README.md").read_text())) == {file.name for file in FILES}


def test_the_job_runs_this_version_and_nothing_is_tried_twice() -> None:
    job = YAML(typ="safe").load(RECIPES / "kubernetes-job.yaml")
    container = job["spec"]["template"]["spec"]["containers"][0]

    assert container["image"].endswith(f":{VERSION}")
    assert container["args"][0] == "run"
    assert job["spec"]["backoffLimit"] == 0


def test_the_shell_gate_hands_on_the_exit_code(tmp_path: Path) -> None:
    """Each exit code of a run is explained and kept."""
    for code in (0, 1, 4, 6, 7):
        program = tmp_path / "smokegate"
        program.write_text(f"#!/bin/sh\nexit {code}\n")
        program.chmod(0o755)
        done = subprocess.run(
            ["bash", str(RECIPES / "gate.sh"), "staging", "abc1234"],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == code
        assert done.stdout
