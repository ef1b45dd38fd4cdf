"""What `make` runs: programs of the test's own stand where the real ones would be."""

from __future__ import annotations

import os
import subprocess

import pytest
from tests_support.running import ROOT


@pytest.fixture
def make(tmp_path):
    """Run make with stand-ins for pytest and docker, each a shell script; returns exit code and output."""
    (tmp_path / "smoke.stamp").touch()

    def run(*words, **programs):
        for name, script in programs.items():
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
        # The `make test` around these tests hands its own variables on.
        around = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "ENV", "FAULT", "ARGS", "WORKERS"}
        outside = {name: value for name, value in os.environ.items() if name not in around}
        done = subprocess.run(
            ["make", "-o", f"{tmp_path}/smoke.stamp", *words, f"VENV={tmp_path}", f"BIN={tmp_path}"],
            cwd=ROOT,
            env=outside | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.parametrize("code", [1, 6, 7])
def test_make_smoke_prints_the_exit_code_that_make_cannot_end_with(make, code):
    """GNU make ends with 2 whatever a recipe ends with: the verdict's code is a line, with what keeps it."""
    ended, printed = make("smoke", "ENV=shop", pytest=f"exit {code}")

    assert ended == 2
    assert f"exit code {code} (make itself always ends with 2" in printed
    assert "smokegate run shop" in printed


def test_make_smoke_ends_well_where_the_run_does(make):
    """Exit code 0 is kept, without a word more."""
    assert make("smoke", pytest='echo "$@"') == (0, "--env=local\n")


@pytest.mark.parametrize(
    ("docker", "engine"), [("exit 0", True), ("echo; exit 1", False)], ids=["engine", "client without engine"]
)
def test_make_rehearse_leaves_out_what_needs_an_engine(make, docker, engine):
    """With an engine the stack in containers is rehearsed too; without one the rest is, and the run says so."""
    code, printed = make("rehearse", docker=docker, pytest='echo "$@"')
    command = printed.splitlines()[-1]

    assert code == 0
    assert command.startswith("--env=local,local-trading")
    assert command.endswith(" --rehearse")
    assert (",local-compose" in command) == engine
    assert ("left out: local-compose (no Docker engine answers)" in printed) != engine
