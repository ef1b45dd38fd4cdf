"""An answer is compared with what is expected of it, all of it, and as JSON compares."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smokegate.environment.model import Expectation, Health
from smokegate.observation.evidence.assertions import unmet
from smokegate.observation.evidence.json_rules import MISSING, lookup
from smokegate.observation.exchange import Answer, Body, Headers

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
SCALARS = st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(max_size=8)


def answer(value: Any = None, *, status: int = 200, text: str | None = None, **headers: str) -> Answer:
    body = Body(json.dumps(value) if text is None else text, 0, json=value, is_json=text is None)
    return Answer(status, Headers(tuple((name.replace("_", "-"), each) for name, each in headers.items())), body)


def broken(promise: dict[str, Any], given_answer: Answer) -> list[str]:
    return [each.what for each in unmet(Expectation.read(promise), given_answer)]


@given(value=SCALARS)
def test_a_value_that_is_there_keeps_the_promise_of_itself(value: Any) -> None:
    assert broken({"json": {"key": value}}, answer({"key": value})) == []


@given(one=SCALARS, other=SCALARS)
def test_two_values_are_the_same_exactly_when_json_writes_them_the_same(one: Any, other: Any) -> None:
    kept = not broken({"json": {"key": one}}, answer({"key": other}))
    assert kept == (json.dumps(one) == json.dumps(other))


@given(value=JSON, wanted=st.lists(SCALARS, min_size=1, max_size=4))
def test_one_of_and_not_one_of_are_opposites_where_the_key_is_there(value: Any, wanted: list[Any]) -> None:
    one = broken({"json": {"key": {"one_of": wanted}}}, answer({"key": value}))
    none = broken({"json": {"key": {"not_one_of": wanted}}}, answer({"key": value}))
    assert bool(one) != bool(none)


@given(value=JSON)
def test_a_value_has_exactly_one_type_besides_number_and_integer(value: Any) -> None:
    kinds = ("string", "number", "boolean", "object", "array", "null")
    kept = [kind for kind in kinds if not broken({"json": {"key": {"type": kind}}}, answer({"key": value}))]
    assert len(kept) == 1


@given(value=JSON, path=st.lists(st.text(max_size=5), min_size=1, max_size=4))
def test_a_path_that_leads_nowhere_is_missing_and_never_an_error(value: Any, path: list[str]) -> None:
    found = lookup(value, tuple(path))
    first = path[0]
    within = isinstance(value, list) and first.isdecimal() and int(first) < len(value)
    if not within and not (isinstance(value, dict) and first in value):
        assert found is MISSING


@pytest.mark.parametrize("key", ["²", "-1", "3", " 0"])
def test_what_is_no_index_of_a_list_is_missing(key: str) -> None:
    """`"²".isdigit()` holds, and no number can be made of it."""
    assert lookup([1, 2, 3], (key,)) is MISSING


@pytest.mark.parametrize(
    ("rule", "value", "kept"),
    [
        ({"at_least": 3}, 3, True),
        ({"at_least": 3}, 2.9, False),
        ({"at_least": 0}, True, False),
        ({"at_most": 3}, "2", False),
        ({"matches": "^v[0-9]+$"}, "v12", True),
        ({"matches": "^v"}, 12, False),
        ({"contains": "ok"}, "all ok", True),
        ({"contains": "ok"}, ["ok", "no"], True),
        ({"contains": "ok"}, {"ok": 1}, False),
        ({"present": True}, None, True),
        ({"at_least": 1, "at_most": 5}, 6, False),
        ({"type": "integer"}, 3.5, False),
        ({"equals": 1}, 1.0, True),
        ({"equals": 1}, True, False),
    ],
)
def test_a_rule_holds_or_not(rule: dict[str, Any], value: Any, kept: bool) -> None:  # noqa: FBT001 -- a table
    assert (broken({"json": {"key": rule}}, answer({"key": value})) == []) is kept


def test_a_key_that_must_not_be_there_breaks_the_promise() -> None:
    assert broken({"json": {"error": {"present": False}}}, answer({"error": None})) == ["json error"]
    assert broken({"json": {"error": {"present": False}}}, answer({})) == []


def test_everything_that_is_not_kept_is_reported_the_status_first() -> None:
    promise = {
        "status": 200,
        "json": {"status": "ok", "db": {"state": "up"}},
        "headers": {"x-app": "one"},
        "contains": "hello",
    }
    found = broken(promise, answer({"status": "no"}, status=503))
    assert found == ["status", "json status", "json db.state", "header x-app", "body"]


def test_a_page_keeps_no_promise_about_json() -> None:
    found = unmet(
        Expectation.read({"json": {"status": "ok"}}),
        answer(text="<html>hi", content_type="text/html"),
    )
    assert [str(each) for each in found] == ["json: expected a JSON body, got text/html: '<html>hi'"]


def test_a_key_with_dots_that_is_there_as_a_path_is_said_to_be_one() -> None:
    promise = Expectation.read({"json": {"data.result": {"min_items": 1}}})
    (wrong,) = unmet(promise, answer({"data": {"result": [1]}}))
    assert "without quotes, data.result is a path of keys, and is there" in wrong.expected
    (other,) = unmet(promise, answer({"data": {}}))
    assert "without quotes" not in other.expected


@pytest.mark.parametrize(
    ("promise", "kept"),
    [
        ({}, True),
        ({"json": {"status": "ok"}}, False),
        ({"contains": "ok"}, False),
        ({"status": 202}, False),
        ({"status": 200}, False),
    ],
)
def test_a_health_check_may_have_nothing_to_say(promise: dict[str, Any], kept: object) -> None:
    """204 is a success, unless the file expects something of the body; any other path must return what is declared."""
    nothing = answer(status=204, text="")
    assert (not unmet(Health.read(promise), nothing)) is kept
    assert broken({}, nothing) == ["status"]
