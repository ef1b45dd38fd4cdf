"""docs/architecture.md names files: each of them is there."""

from __future__ import annotations

import re

import pytest
from tests_support.running import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", TEXT)))


@pytest.mark.parametrize("name", NAMED)
def test_what_the_page_names_is_there(name: str) -> None:
    """Whoever follows the page through the code finds each file, of the package or of the repository."""
    assert (ROOT / "src" / "smokegate" / name).exists() or (ROOT / name).exists()


def test_the_way_of_a_request_and_of_a_failure_is_shown() -> None:
    """A page without paths would hold the test above without saying anything."""
    assert len(NAMED) > 25
