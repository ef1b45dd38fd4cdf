"""The defects of `tests/mutation` can be put into the code as it is, so that `make check-all` tries every one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
MUTATIONS = tomllib.loads((ROOT / "tests" / "mutation" / "mutations.toml").read_text("utf-8"))["mutation"]


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation["name"])
def test_a_defect_has_one_place_in_the_code_and_tests_that_exist(mutation: dict[str, Any]) -> None:
    """A place that moved is corrected here at once, not weeks later."""
    source = (ROOT / "src" / "smokegate" / mutation["file"]).read_text("utf-8")

    assert source.count(mutation["old"]) == 1
    assert [each for each in mutation["tests"] if not (ROOT / each).exists()] == []
