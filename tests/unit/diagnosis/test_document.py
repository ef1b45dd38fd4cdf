"""The runbook says what the rules say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smokegate.diagnosis.catalogue import all_rules
from smokegate.diagnosis.document import main, runbook
from smokegate.diagnosis.model import Confidence, Finding, Owner
from smokegate.diagnosis.undetermined import CODE, OWN_CODE

ROOT = Path(__file__).parents[3]
CODES = [rule.code for rule in all_rules()]


def test_committed_page_is_up_to_date() -> None:
    """`docs/runbook.md` is what the rules make of it; else run `python -m smokegate.diagnosis.document`."""
    assert (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8") == runbook()


@pytest.fixture(scope="module")
def anchors() -> set[str]:
    """The anchors that GitHub makes of the runbook's headings."""
    headings = re.findall(r"^### (.+)$", runbook(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("code", [*CODES, CODE, OWN_CODE])
def test_link_of_a_finding_leads_to_its_entry(code: str, anchors: set[str]) -> None:
    """The anchor in a finding's link is the one that GitHub makes of its heading."""
    finding = Finding(code, "", Owner.APP, Confidence.CERTAIN, ())
    assert finding.runbook.partition("#")[2] in anchors


def test_check_notices_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--check` fails on a page that differs, says what to run, and changes nothing."""
    page = tmp_path / "runbook.md"
    page.write_text("old", encoding="utf-8")
    assert main(["--check", "--page", str(page)]) == 1
    assert "python -m smokegate.diagnosis.document" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == "old"


def test_written_page_passes_its_check(tmp_path: Path) -> None:
    """What is written is what `--check` expects."""
    page = tmp_path / "docs" / "runbook.md"
    assert main(["--page", str(page)]) == 0
    assert main(["--check", "--page", str(page)]) == 0


def test_what_is_said_of_a_cause_is_complete() -> None:
    """Every cause has its title, an owner that there is, its symptom, what shows it, and what to do."""
    for rule in all_rules():
        text = rule.text
        assert text.title, rule.code
        assert Owner(text.owner), rule.code
        assert text.symptom, rule.code
        assert text.reads, rule.code
        assert text.steps, rule.code
