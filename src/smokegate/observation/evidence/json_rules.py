"""Compares a JSON value with a rule of the environment file, and reports what the rule requires."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smokegate.environment.expectations import JsonExpectation, Rule
from smokegate.environment.patterns import found

MISSING = object()
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def lookup(value: Any, path: tuple[str, ...]) -> Any:
    """Return the value at a path of keys, or `MISSING`."""
    for key in path:
        if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return MISSING
    return value


def value_at(value: Any, key: str) -> Any:
    """Return the value at a dotted key, None if there is none, as in a body that is not JSON."""
    at = lookup(value, tuple(key.split(".")))
    return None if at is MISSING else at


def broken(rule: Rule, value: Any) -> str | None:
    """Return what the rule requires if the value does not meet it."""
    given = rule.given
    if "present" in given and given["present"] is (value is MISSING):
        return "the key to be there" if given["present"] else "no such key"
    for name, wanted in given.items():
        if name in {"every", "any"}:
            why = _of_items(name, wanted, value)
            if why is not None:
                return why
        elif name != "present" and (value is MISSING or not RULES[name][1](value, wanted)):
            return f"{RULES[name][0]} {wanted!r}".strip()
    return None


def _of_items(name: str, wanted: tuple[JsonExpectation, ...], value: Any) -> str | None:
    """Return what an array's items do not meet."""
    if not isinstance(value, list) or not value:
        return "an array with items"
    wrong = [(index, why) for index, each in enumerate(value) if (why := _unlike(wanted, each)) is not None]
    if name == "any":
        return None if len(wrong) < len(value) else f"an item with {_spelt_items(wanted)}"
    return f"in every item {wrong[0][1]} (not in item {wrong[0][0]})" if wrong else None


def _unlike(wanted: tuple[JsonExpectation, ...], item: Any) -> str | None:
    for each in wanted:
        why = broken(each.rule, lookup(item, each.path))
        if why is not None:
            return f"{each.key} {why}".strip()
    return None


def _spelt_items(wanted: tuple[JsonExpectation, ...]) -> str:
    return " and ".join(f"{each.key} {broken(each.rule, MISSING)}".strip() for each in wanted)


def includes(value: Any, wanted: Any) -> bool:
    """Return whether a string or an array contains something; an array's objects may have further keys."""
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    return isinstance(value, list) and any(_covers(each, wanted) for each in value)


def _covers(item: Any, wanted: Any) -> bool:
    if isinstance(item, dict) and isinstance(wanted, dict):
        return all(key in item and _covers(item[key], each) for key, each in wanted.items())
    return same(item, wanted)


def same(value: Any, wanted: Any) -> bool:
    """Compare as JSON does: `true` is not 1."""
    return (
        type(value) is type(wanted) and value == wanted
        if isinstance(value, bool | str) or isinstance(wanted, bool | str)
        else value == wanted
    )


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _typed(value: Any, wanted: str) -> bool:
    return isinstance(value, JSON_TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))


RULES: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "equals": ("", same),
    "one_of": ("one of", lambda value, wanted: any(same(value, each) for each in wanted)),
    "not_one_of": ("none of", lambda value, wanted: not any(same(value, each) for each in wanted)),
    "at_least": ("at least", lambda value, wanted: _number(value) and value >= wanted),
    "at_most": ("at most", lambda value, wanted: _number(value) and value <= wanted),
    "matches": ("a match of", lambda value, wanted: isinstance(value, str) and found(wanted, value) is not None),
    "contains": ("something that contains", includes),
    "not_contains": (
        "something that does not contain",
        lambda value, wanted: isinstance(value, str | list) and not includes(value, wanted),
    ),
    "min_items": (
        "an array with at least this many items:",
        lambda value, wanted: isinstance(value, list) and len(value) >= wanted,
    ),
    "max_items": (
        "an array with at most this many items:",
        lambda value, wanted: isinstance(value, list) and len(value) <= wanted,
    ),
    "type": ("the type", _typed),
}
"""Each rule's comparison, and the words before the rule's value in messages."""
