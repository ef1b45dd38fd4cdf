"""Foreign text cannot steer a terminal or the CI system that reads a log, and what was removed is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smokegate.observation.evidence.clean import UNSAFE, clean, safe, safe_lines

BAD = "\x1b\x00\x07\r\x7f\x9b\u202e\u2066\u200f\ud800\u2028\ufeff\u200b\U000e0041"


@pytest.mark.parametrize("bad", BAD)
def test_what_could_fool_a_reader_is_marked(bad: str) -> None:
    assert clean(f"a{bad}b") == f"a<U+{ord(bad):04X}>b"


def test_newlines_tabs_and_other_languages_stay() -> None:
    assert clean("a\n\tä 日本 🎉 👩\u200d🚀") == "a\n\tä 日本 🎉 👩\u200d🚀"


@given(st.text(st.characters()))
def test_what_is_left_can_always_be_encoded_and_stays_as_it_is(text: str) -> None:
    told = clean(text)
    assert told.encode("utf-8").decode("utf-8") == told
    assert clean(told) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("::error::owned", ": :error::owned"),
        ("  ::set-output name=a::b", "  : :set-output name=a::b"),
        ("\u00a0::error::x", "\u00a0: :error::x"),
        ("fine\r\n::warning::x", "fine\n: :warning::x"),
        ("fine\n\t::stop-commands::x", "fine\n\t: :stop-commands::x"),
        ("a ##[error]b ##vso[task.complete]c ##teamcity[x]", "a # #[error]b # #vso[task.complete]c # #teamcity[x]"),
        ("test_a.py::test_b", "test_a.py::test_b"),
        ("## a heading", "## a heading"),
    ],
)
def test_no_line_is_a_command_to_a_ci_system(text: str, told: str) -> None:
    assert safe_lines(text) == told


@given(st.text(st.sampled_from(":# [\n\r\t\u2028\x85\x1bab")))
def test_nothing_that_is_shown_moves_a_cursor_or_starts_a_command(text: str) -> None:
    told = safe_lines(text)
    assert UNSAFE.search(told) is None
    assert not any(line.strip().startswith("::") for line in told.split("\n"))
    assert "##[" not in told
    assert "\n" not in safe(text)
