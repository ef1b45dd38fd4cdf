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


@pytest.mark.parametrize("code", [0, 1])
def test_the_compose_deploy_records_deploys_and_gates(tmp_path: Path, code: int) -> None:
    """In this order; what was red before stops nothing, and the gate's exit code is the script's."""
    said = tmp_path / "said"
    for name, ends in (("smokegate", f'case "$*" in *--record*) exit 1 ;; *) exit {code} ;; esac'), ("ssh", "exit 0")):
        (tmp_path / name).write_text(f'#!/bin/sh\necho "{name} $*" >> {said}\n{ends}\n')
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["bash", str(RECIPES / "compose-over-ssh.sh"), "me@host.invalid", "/srv/a b", "abc1234"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == code
    assert said.read_text().splitlines() == [
        "smokegate run production --record=before.json",
        "ssh -- me@host.invalid cd /srv/a\\ b && COMMIT=abc1234 docker compose up --detach --build",
        "smokegate run production --wait --expect-commit=abc1234 --since=before.json",
    ]


def test_the_crontab_has_five_times_and_a_valid_command() -> None:
    (line,) = [each for each in (RECIPES / "crontab").read_text().splitlines() if re.match(r"[*0-9]", each)]
    *times, command = line.split(maxsplit=5)

    assert all(re.fullmatch(r"\*(/\d+)?|\d+", each) for each in times)
    assert "%" not in command  # cron takes it for a line's end
    assert subprocess.run(["bash", "-n", "-c", command], capture_output=True, check=False).returncode == 0


def test_the_job_mounts_what_it_declares_and_ends_by_itself() -> None:
    spec = YAML(typ="safe").load(RECIPES / "kubernetes-job.yaml")["spec"]
    pod = spec["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["restartPolicy"] == "Never"  # a Job takes no other but OnFailure
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}
    assert container["volumeMounts"][0]["mountPath"] == f"{container['workingDir']}/environments"
    assert spec["activeDeadlineSeconds"] > 0
