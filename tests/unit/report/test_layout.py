"""How the run's JSON is laid out."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from smokegate.report.json import pieces

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def laid_out(value: object, levels: int) -> str:
    return "".join(pieces(value, levels))


@given(plain, st.integers(0, 4))
def test_the_layout_changes_nothing_but_white_space(value: object, levels: int) -> None:
    assert json.loads(laid_out(value, levels)) == value


def test_each_item_of_the_innermost_laid_out_list_has_a_line_of_its_own() -> None:
    lines = laid_out({"tests": [{"id": 1}, {"id": 2}]}, 2).splitlines()
    assert [line.strip() for line in lines[2:4]] == ['{"id": 1},', '{"id": 2}']


def test_an_iterator_is_laid_out_as_a_list() -> None:
    assert json.loads(laid_out({"each": map(str, (1, 2))}, 2)) == {"each": ["1", "2"]}
