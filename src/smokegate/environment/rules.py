"""One promise about one JSON value, and which promises make no sense."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta

from smokegate.environment.errors import InvalidValueError
from smokegate.environment.fields import Many
from smokegate.environment.patterns import checked
from smokegate.environment.section import Section
from smokegate.environment.wording import describe

Size = Annotated[int, Meta(ge=0)]
JsonType = Literal["string", "number", "integer", "boolean", "object", "array", "null"]
NUMBERS = frozenset({"number", "integer"})
FITS: dict[str, frozenset[str]] = {
    "at_least": NUMBERS,
    "at_most": NUMBERS,
    "matches": frozenset({"string"}),
    "contains": frozenset({"string", "array"}),
    "not_contains": frozenset({"string", "array"}),
    "every": frozenset({"array"}),
    "any": frozenset({"array"}),
    "min_items": frozenset({"array"}),
    "max_items": frozenset({"array"}),
}
"""The JSON types that a value can have of which a rule speaks."""


class Rule(Section, frozen=True, kw_only=True):
    """Rules for a JSON value; all that are given must hold."""

    equals: Any = None
    """The value equals this; a plain value means the same."""
    one_of: Many[Any] | None = None
    """The value equals one of these."""
    not_one_of: Many[Any] | None = None
    """The value equals none of these."""
    at_least: float | None = None
    """The value is a number greater than or equal to this."""
    at_most: float | None = None
    """The value is a number less than or equal to this."""
    matches: str | None = None
    """The value is a string in which this regular expression matches."""
    contains: Any = None
    """The value is a string or an array that contains this. An item may have more keys than the given object."""
    not_contains: Any = None
    """The value is a string or an array that does not contain this."""
    every: Any = None
    """The value is a non-empty array, and every item matches this value, rule or object."""
    any: Any = None
    """The value is an array, and at least one item matches this value, rule or object: `{ name = "database", status =
    "up" }`."""
    min_items: Size | None = None
    """The value is an array with at least this many items."""
    max_items: Size | None = None
    """The value is an array with at most this many items."""
    type: JsonType | None = None
    """The value has this JSON type."""
    present: bool | None = None
    """`true`: the key exists, with any value; `false`: it does not."""


def judge(rule: Rule) -> Rule:
    """Return the rule, unless no value or every value keeps it."""
    given = rule.given.keys()
    others = ", ".join(name for name in rule.given if name not in {"equals", "present"})
    if "equals" in given and len(given) > 1:
        raise InvalidValueError('"equals" to be the only rule', found=f"{others or 'present'} too")
    if rule.present is False and others:
        raise InvalidValueError('"present = false" to be the only rule', found=f"{others} too")
    for value in (rule.equals, rule.contains, rule.not_contains, rule.one_of, rule.not_one_of):
        json_value(value)
    if () in (rule.one_of, rule.not_one_of):
        raise InvalidValueError("at least one value to choose from", found="an empty array")
    _judge_numbers(rule)
    _judge_types(rule)
    if rule.matches is not None:
        checked(rule.matches)
    if "contains" in given and "not_contains" in given and rule.contains == rule.not_contains:
        raise InvalidValueError("contains and not_contains to differ", found=f"{describe(rule.contains)} in both")
    if rule.min_items is not None and rule.max_items is not None and rule.min_items > rule.max_items:
        found = f"{rule.min_items} and {rule.max_items}"
        raise InvalidValueError("min_items to be no more than max_items", found=found)
    return rule


def json_value(value: Any) -> Any:
    """Return the value if JSON can hold it, which it cannot for TOML's dates, infinities and nan."""
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidValueError("a value that JSON can hold", found=f"the number {value}")
    if isinstance(value, list | tuple):
        for each in value:
            json_value(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            json_value(each)
    elif not isinstance(value, str | bool | int | float | None):
        raise InvalidValueError("a value that JSON can hold, such as a string", found=describe(value))
    return value


def _judge_numbers(rule: Rule) -> None:
    bounds = [each for each in (rule.at_least, rule.at_most) if each is not None]
    if not all(map(math.isfinite, bounds)):
        raise InvalidValueError("a finite number", found="inf or nan")
    if bounds != sorted(bounds):
        raise InvalidValueError("at_least to be no more than at_most", found=f"{bounds[0]:g} and {bounds[1]:g}")


def _judge_types(rule: Rule) -> None:
    """Refuse rules that speak of different types of value, so that none can keep them all."""
    speak = {name: fits for name, fits in FITS.items() if name in rule.given}
    if rule.type is not None:
        speak["type"] = NUMBERS if rule.type in NUMBERS else frozenset({rule.type})
    if speak and not frozenset.intersection(*speak.values()):
        raise InvalidValueError("rules that one value can keep together", found=f"{' and '.join(speak)}")
