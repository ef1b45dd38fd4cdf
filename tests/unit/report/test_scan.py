"""The last look at the files of a run: a secret in one is a defect, a word of the report's own is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from smokegate.observation.evidence.redact import Redactor
from smokegate.report import scan as module
from smokegate.report.scan import scan


@pytest.mark.parametrize(
    ("text", "found"), [("all verdicts and pre-verdict", 0), ("verdicts: verdict!", 1), ("a Verdict9", 1)]
)
def test_a_secret_like_a_word_is_none_inside_a_longer_one(
    text: str, found: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A standing password `verdict` is not a leak in `verdicts`; where it stands alone it is taken out."""
    monkeypatch.setattr(module, "SINK", Redactor(["verdict", "Verdict9"]))
    (tmp_path / "a.md").write_text(text)
    assert len(scan([tmp_path / "a.md"])) == found
    assert ((tmp_path / "a.md").read_text() == text) is (found == 0)
