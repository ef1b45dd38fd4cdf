"""Tests that share something dear run on one worker; one that is tried again is given new results."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests_support.running import clean_environment

ROOT = Path(__file__).parents[2]
spec = importlib.util.spec_from_file_location("groups_of_tests", ROOT / "tests" / "conftest.py")
assert spec is not None
assert spec.loader is not None
groups = importlib.util.module_from_spec(spec)
spec.loader.exec_module(groups)


@pytest.mark.parametrize("together", groups.TOGETHER)
def test_what_shares_something_dear_is_one_group(together: str) -> None:
    assert (
        groups.group(f"{together}test_a.py::test_one[x]") == groups.group(f"{together}test_b.py::test_two") == together
    )


def test_files_of_unit_tests_stay_whole() -> None:
    assert groups.group("tests/unit/report/test_page.py::test_one[a::b]") == "tests/unit/report/test_page.py"


def test_tests_of_one_proxy_share_its_process() -> None:
    assert groups.group("tests/edges/test_edges.py::test_state[nginx-ok]") == "nginx"


def test_the_other_tests_are_spread() -> None:
    assert groups.group("tests/field/test_field.py::test_case[a]") == "tests/field/test_field.py::test_case[a]"


def test_what_takes_long_in_one_piece_is_given_out_before_what_fills_the_gaps() -> None:
    ids = [
        "tests/field/test_field.py::test_case[a]",
        "tests/unit/report/test_page.py::test_one",
        "tests/edges/test_edges.py::test_state[nginx-ok]",
        "tests/containers/test_fix.py::test_one",
        "tests/faults/test_rehearsal.py::test_one",
    ]
    assert sorted(ids, key=groups.rank) == ids[::-1]


@pytest.mark.parametrize("path", [*groups.TOGETHER, *groups.BY_FILE])
def test_every_group_is_there(path: str) -> None:
    assert (ROOT / path).exists()


RACE = """
import pytest

runs, servers = [], []

@pytest.fixture(scope="module")
def settings():
    return {}

@pytest.fixture(scope="module")
def server(settings):
    servers.append("one")
    yield

@pytest.fixture(scope="module")
def result(server):
    runs.append("one")
    return len(runs)

def test_fails_on_the_first_result(result):
    assert result == 2

def test_reads_the_second(result):
    assert (result, len(servers)) == (2, 1)
"""


def test_a_test_that_is_tried_again_reads_a_new_result(tmp_path: Path) -> None:
    """Of a fixture of its module; what such a fixture has started runs on."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "tests" / "hostile").mkdir(parents=True)
    (tmp_path / "tests" / "hostile" / "test_race.py").write_text(RACE)

    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(
        command, cwd=tmp_path, env=clean_environment({}), capture_output=True, text=True, timeout=120, check=False
    )

    assert done.stdout.splitlines()[-1].startswith("2 passed, 1 rerun"), done.stdout
