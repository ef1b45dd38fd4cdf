"""A promise about a JSON value is broken by another value or by none, wherever there is such a value."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smokegate.environment.expectations import JsonExpectation, Rule
from smokegate.observation.evidence.json_rules import MISSING, broken, lookup
from smokegate.rehearsal.mutation import breakers, put

RULES: list[tuple[Rule, Any]] = [
    (Rule(equals="ok"), "ok"),
    (Rule(equals=3), 3),
    (Rule(equals=True), True),
    (Rule(one_of=("a", "b")), "a"),
    (Rule(not_one_of=("FAIL",)), "OK"),
    (Rule(at_least=1), 5),
    (Rule(at_most=10), 5),
    (Rule(matches="^v[0-9]"), "v1"),
    (Rule(matches=".*"), "anything"),
    (Rule(contains="x"), ["x"]),
    (Rule(type="string"), "s"),
    (Rule(present=True), "s"),
]


@pytest.mark.parametrize(("rule", "value"), RULES, ids=lambda each: str(each)[:40])
def test_each_rule_is_broken(rule: Rule, value: Any) -> None:
    """The good value keeps the rule; every broken body does not."""
    promise = JsonExpectation(path=("a", "b"), rule=rule)
    found = list(breakers(promise, {"a": {"b": value}, "other": 1}))

    assert broken(rule, value) is None
    assert found != []
    assert [how for how, body in found if broken(rule, lookup(body, promise.path)) is None] == []


def test_rule_that_nothing_breaks_has_no_breaker() -> None:
    """A promise that any value keeps is reported as such, by yielding nothing."""
    promise = JsonExpectation(path=("a",), rule=Rule())

    assert list(breakers(promise, {"a": 1})) == []


@given(
    body=st.dictionaries(st.text(max_size=3), st.integers(), max_size=3),
    path=st.lists(st.text(max_size=3), min_size=1, max_size=3),
    value=st.integers(),
)
def test_put_is_what_lookup_finds(body: dict[str, Any], path: list[str], value: int) -> None:
    """A value that was put is there, one that was taken away is not, and the original stays as it was."""
    before = dict(body)

    assert lookup(put(body, tuple(path), value), tuple(path)) == value
    assert lookup(put(body, tuple(path), MISSING), tuple(path)) is MISSING
    assert body == before
