"""pytest-html's page in our words: its filters know its own words alone, and it shows no row that fits none of them."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from pytest_html.basereport import BaseReport
from pytest_metadata.plugin import metadata_key
from tests_support.run_documents import run_of

from smokegate.report.html import WORDS, clean_metadata, finish, row
from smokegate.report.page import page

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


HOSTILE = "<img src=x onerror=y>"


def test_a_check_leads_to_its_place_in_our_own_page() -> None:
    """By an anchor that is there; a test that is not a check of a deployment has no link."""
    document = run_of("no-server")
    test = next(each for each in document["environments"][0]["tests"] if each["outcome"] == "failed")
    report = SimpleNamespace(nodeid=test["id"], outcome="failed", smokegate={**test, "environment": "staging"})
    cells = ["<td></td>"] * 4
    row(report, cells, "reports/staging.html")

    (anchor,) = re.findall(r'<a href="reports/staging.html#([^"]+)">', cells[1])
    assert f'id="{anchor}"' in page(document)
    other = ["<td></td>"] * 4
    row(SimpleNamespace(nodeid="test_x.py::test_x", outcome="passed"), other, "reports/staging.html")
    assert other[1] == '<td class="col-testId">test_x.py::test_x</td>'


def test_ids_reasons_and_metadata_are_escaped_and_the_page_has_a_policy(tmp_path) -> None:
    """What pytest-html shows as it is: a test's id, and keys and values of its environment table at any depth."""
    cells = ["<td></td>"] * 4
    row(SimpleNamespace(nodeid=f"t.py::t[{HOSTILE}]", outcome="failed", smokegate={"why": HOSTILE}), cells)
    metadata = {HOSTILE: {HOSTILE: [HOSTILE]}}
    clean_metadata(SimpleNamespace(stash={metadata_key: metadata}))
    file = tmp_path / "page.html"
    file.write_text("<html><head><title>x</title></head><script>own()</script></html>")
    finish(file, run_of("no-server"))
    text = file.read_text("utf-8")

    assert "<img" not in "".join(cells) + str(metadata)
    assert '<html lang="en"><head><meta http-equiv="Content-Security-Policy" content="default-src' in text
    assert "script-src 'sha256-" in text
    assert 'name="viewport"' in text
    assert "<title>Smoke: staging FAIL</title>" in text
