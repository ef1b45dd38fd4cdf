"""Tests that share something dear run on one worker; the others are given to whichever worker is free."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

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
