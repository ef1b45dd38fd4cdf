"""Foreign text can not steer a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smokegate.observation.evidence.clean import clean


@pytest.mark.parametrize(
    "bad",
    [
        "\x1b",
        "\x00",
        "\x07",
        "\r",
        "\x7f",
        "\x9b",
        "\u202e",
        "\u2066",
        "\u200f",
        "\ud800",
        "\u2028",
        "\ufeff",
    ],
)
def test_what_could_fool_a_reader_is_stripped(bad: str) -> None:
    assert clean(f"a{bad}b") == "ab"


def test_newlines_tabs_and_other_languages_stay() -> None:
    assert clean("a\n\tä 日本 🎉") == "a\n\tä 日本 🎉"


@given(st.text(st.characters()))
def test_what_is_left_can_always_be_encoded_and_stays_as_it_is(text: str) -> None:
    told = clean(text)
    assert told.encode("utf-8").decode("utf-8") == told
    assert clean(told) == told
