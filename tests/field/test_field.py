"""Every field case gets the verdict and the cause that are right, and no wrong cause is stated as certain."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tests_support.field.cases import FIELD, Case, all_cases
from tests_support.field.judge import judged, judging

from smokegate.rehearsal.replicas import no_browser
from smokegate.rehearsal.runs import Runs

OPEN = (FIELD / "open.txt").read_text(encoding="utf-8").split()
"""Cases that are not right yet, by name; one that has become right must leave the list."""


WITHOUT_BROWSER = pytest.mark.skipif(
    no_browser() is not None and "CI" not in os.environ, reason="there is no browser here"
)


def _param(case: Case) -> object:
    marks = [pytest.mark.xfail(reason="listed in tests/field/open.txt", strict=True)] if case.id in OPEN else []
    return pytest.param(case, id=case.id, marks=[*marks, *([WITHOUT_BROWSER] if case.needs == "browser" else [])])


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    """Give the process from which each run is forked: one for each worker."""
    with judging(tmp_path_factory.mktemp("field")) as ready:
        yield ready


@pytest.mark.parametrize("case", [_param(case) for case in all_cases()])
def test_verdict_and_cause_are_right(case: Case, runs: Runs) -> None:
    """The verdict, the cause and its confidence are what the case states as right."""
    result = judged(case, runs)

    assert result.outcome == "right", "\n".join([str(result), case.what, result.title, *result.evidence])
    assert not result.overclaimed
