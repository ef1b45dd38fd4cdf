"""No server hangs, floods or fools a run: each request ends within its deadline, named, in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests_support.beside import beside

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "safety.md"
pytestmark = pytest.mark.timeout(900)  # over seventy servers, one after the other
#: Megabytes above what an idle process needs, over all cases one after the other.
MOST_MEMORY = 50

KINDS = {kind.name: kind for kind in beside(__file__, "servers").KINDS}


@pytest.fixture(scope="module")
def results() -> dict[str, dict[str, Any]]:
    """The outcome of every server, looked at in one process of its own."""
    done = subprocess.run(
        [sys.executable, str(HERE / "look.py")], capture_output=True, text=True, timeout=840, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {each["name"]: each for each in found}


def test_every_server_ends_named_and_in_time(results: dict[str, dict[str, Any]]) -> None:
    assert list(results) == list(KINDS)
    astray = {
        name: each["ended"] + f" ({each['detail']})"
        for name, each in results.items()
        if each["ended"] not in KINDS[name].ends
    }
    assert not astray
    assert [name for name, each in results.items() if not each["complete"]] == [], "ended by the run's deadline"
    assert all("ValueError" not in each["detail"] for each in results.values()), "no error of ours is evidence"


def test_all_servers_together_take_bounded_memory(results: dict[str, dict[str, Any]]) -> None:
    assert max(each["memory"] for each in results.values()) <= MOST_MEMORY


def test_the_table_of_the_safety_page_is_up_to_date() -> None:
    """The page is written by `python tests/hostile/table.py`."""
    assert beside(__file__, "table").written(PAGE.read_text()) == PAGE.read_text()
