"""How the JSON expectations of a file are read."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from smokegate.environment.errors import InvalidValueError
from smokegate.environment.expectations import Rule, flatten
from smokegate.environment.section import SectionError

RULES = [
    {"equals": {"a": [1, None]}},
    {"one_of": ["a", 1, True]},
    {"not_one_of": ["error"]},
    {"at_least": 1, "at_most": 2.5},
    {"matches": "^v[0-9]", "type": "string"},
    {"contains": "x"},
    {"type": "integer", "at_least": 0},
    {"present": True, "not_one_of": ["x"]},
    {"present": False},
    {"not_contains": "x", "type": "string"},
    {"min_items": 1, "max_items": 3},
]
OF_ITEMS = {"every", "any"}


def read(table: Mapping[str, object]) -> dict[str, dict[str, object]]:
    """Return each promise's key and what was given of its rule."""
    return {each.key: each.rule.given for each in flatten(table)}


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_a_table_with_the_name_of_a_rule_is_a_rule(rule: dict[str, object]) -> None:
    """All that it says is kept."""
    expected = {key: tuple(each) if key.endswith("one_of") else each for key, each in rule.items()}  # type: ignore[arg-type]
    assert read({"status": rule}) == {"status": expected}


@pytest.mark.parametrize("value", ["healthy", 1, 1.5, True, [], [1, {"a": 2}]], ids=str)
def test_a_bare_value_must_be_equal(value: object) -> None:
    """It is the short form of `equals`."""
    assert read({"status": value}) == {"status": {"equals": value}}


def test_other_tables_are_nested_objects() -> None:
    """Promises are a flat list of paths."""
    table = {"database": {"status": "up", "pool": {"size": {"at_least": 1}}}}
    assert read(table) == {"database.status": {"equals": "up"}, "database.pool.size": {"at_least": 1.0}}


def test_the_keys_of_the_body_itself_are_never_rules() -> None:
    """A body may well have a `type` at its top."""
    assert read({"type": "premium", "contains": {"one_of": [1]}}) == {
        "type": {"equals": "premium"},
        "contains": {"one_of": (1,)},
    }


def test_holds_says_that_keys_are_those_of_the_body() -> None:
    """Also where they are the names of rules, or nearly, or `holds` itself."""
    table = {"plan": {"holds": {"type": "premium", "equal": 1, "holds": {"holds": {"at_least": {"equals": 2}}}}}}
    assert read(table) == {
        "plan.type": {"equals": "premium"},
        "plan.equal": {"equals": 1},
        "plan.holds.at_least": {"equals": 2},
    }


def test_all_wrong_promises_are_reported_at_once() -> None:
    """Each with its own path."""
    with pytest.raises(SectionError) as caught:
        flatten({"a": {"one_off": [1]}, "b": {"c": {}}, "d": {"at_least": "1"}, "e": 1})
    assert [each.path for each in caught.value.problems] == [("a",), ("b", "c"), ("d", "at_least")]


def test_promises_that_are_read_already_stay() -> None:
    """A model may be built from those of another."""
    promises = flatten({"a": 1})
    assert flatten(promises) is promises


def test_what_is_no_table_is_refused() -> None:
    """A list of keys is none."""
    with pytest.raises(InvalidValueError, match="expected a table"):
        flatten(["status"])


def test_every_rule_is_in_this_table() -> None:
    """A new rule needs a line above."""
    assert {key for rule in RULES for key in rule} | OF_ITEMS == set(Rule.__struct_fields__)
