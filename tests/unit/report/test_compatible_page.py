"""pytest-html's page in our words: its filters know its own words alone, and it shows no row that fits none of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pytest_html.basereport import BaseReport
from tests_support.run_documents import run_of

from smokegate.report.html import WORDS, finish, row

HEADER = ['<th class="sortable">Result</th>', "<th>Test</th>", "<th>Duration</th>", "<th>Why</th>"]


@pytest.mark.parametrize("outcome", [*WORDS, "passed"])
def test_a_row_shows_our_word_and_is_filtered_by_pytests(outcome) -> None:
    """By what pytest-html reads from the row's first cell."""
    ours = WORDS.get(outcome, "Passed")
    pytests = "passed" if outcome == "passed" else "skipped"
    report = SimpleNamespace(nodeid="test_a.py::test_a", outcome=pytests, smokegate={"outcome": outcome, "why": ""})
    cells = [f'<td class="col-result">{pytests.capitalize()}</td>', "<td></td>", "<td></td>", "<td></td>"]
    row(report, cells)
    read: dict[str, str] = {}
    BaseReport._hydrate_data(SimpleNamespace(_report=SimpleNamespace(table_header=HEADER)), read, cells)

    assert cells[0].endswith(f">{ours}</td>")
    assert read["result"].lower() == pytests


def test_the_filter_of_what_pytest_skips_is_labelled_in_our_words(tmp_path) -> None:
    """With the count of each; what is none of ours stays what pytest calls it."""
    document = run_of("no-server")
    blocked = sum(test["outcome"] == "blocked" for test in document["environments"][0]["tests"])
    file = tmp_path / "page.html"
    for skipped, label in ((blocked, f"{blocked} Blocked"), (blocked + 1, f"{blocked} Blocked, 1 Skipped")):
        file.write_text(f'<html><head><title>x</title></head><span class="skipped">{skipped} Skipped,</span></html>')
        finish(file, document)

        assert f'<span class="skipped">{label},</span>' in file.read_text("utf-8")
