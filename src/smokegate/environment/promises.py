"""Promises about JSON bodies: typed data in the file, a flat list of paths and rules once loaded.

In the file a table is either a rule or a nested JSON object, and which one is told by its keys alone: with any key of
`Rule` it is a rule, and then it may hold nothing else; without one it is an object. A key that is nearly one of `Rule`'s
is refused as a slip of the pen. `{ holds = { … } }` says "an object" where its keys would be taken for a rule's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails

from smokegate.environment.errors import UnfitError
from smokegate.environment.fields import Many
from smokegate.environment.wording import describe, nearest

JsonType = Literal["string", "number", "integer", "boolean", "object", "array", "null"]
HOLDS = "holds"
"""The key that introduces a nested object explicitly."""
NUMBERS = frozenset({"number", "integer"})
FITS: dict[str, frozenset[str]] = {
    "at_least": NUMBERS,
    "at_most": NUMBERS,
    "matches": frozenset({"string"}),
    "contains": frozenset({"string", "array"}),
}
"""The JSON types that a value can have of which a rule speaks."""
ALIKE = 0.8
"""How much a key must look like a rule's to be taken for a misspelt one (`difflib`'s ratio)."""


class Rule(BaseModel):
    """A promise about one JSON value; every key that is given must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    equals: Any = None
    """The value equals this; also written as the bare value."""
    one_of: Many[Any] | None = None
    """The value equals one of these."""
    not_one_of: Many[Any] | None = None
    """The value equals none of these."""
    at_least: float | None = None
    """The value is a number and not smaller."""
    at_most: float | None = None
    """The value is a number and not larger."""
    matches: str | None = None
    """The value is a string in which this regular expression (Python's `re`) is found."""
    contains: Any = None
    """The value is a string or an array that contains this."""
    type: JsonType | None = None
    """The value has this JSON type."""
    present: bool | None = None
    """`true`: the key is there, whatever its value; `false`: it is not."""


class JsonPromise(BaseModel):
    """A rule and the path of keys to the value that it is about."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    path: tuple[str, ...]
    rule: Rule

    @property
    def key(self) -> str:
        """The path with dots, as people write it."""
        return ".".join(self.path)


WORDS = (*Rule.model_fields, HOLDS)


def flatten(table: object) -> tuple[JsonPromise, ...]:
    """Turn the nested table of a file into a flat tuple of promises.

    Raises:
        UnfitError: it is no table.
        ValidationError: some of its values are no promises; all of them are told.
    """
    if isinstance(table, tuple):
        return table
    if not isinstance(table, Mapping):
        raise UnfitError("a table of JSON keys and the values that they must have")
    found: list[JsonPromise] = []
    wrong: list[InitErrorDetails] = []
    for path, value in _leaves(table, ()):
        try:
            found.append(JsonPromise(path=path, rule=_rule(value)))
        except ValidationError as error:
            wrong.extend(
                InitErrorDetails(
                    type=each["type"], loc=(*path, *each["loc"]), input=each["input"], ctx=each.get("ctx", {})
                )
                for each in error.errors(include_url=False)
            )
        except UnfitError as error:
            wrong.append(InitErrorDetails(type="value_error", loc=path, input=value, ctx={"error": error}))
    if wrong:
        raise ValidationError.from_exception_data("json", wrong)
    return tuple(found)


def _leaves(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value that is no nested object, with its path; a table that is nearly a rule is yielded too."""
    for key, value in table.items():
        here = (*path, key)
        if (
            isinstance(value, Mapping)
            and value.keys() == {HOLDS}
            and isinstance(value[HOLDS], Mapping)
            and value[HOLDS]
        ):
            yield from _leaves(value[HOLDS], here)
        elif (
            isinstance(value, Mapping)
            and value
            and _misspelt(value) is None
            and value.keys().isdisjoint(WORDS)
        ):
            yield from _leaves(value, here)
        else:
            yield here, value


def _misspelt(table: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the first key that is nearly the name of a rule, and that name."""
    for key in table:
        near = nearest(key, WORDS, ALIKE) if key not in WORDS else None
        if near is not None:
            return key, near
    return None


def _rule(value: Any) -> Rule:
    """Read one rule or one bare value."""
    if not isinstance(value, Mapping):
        return Rule(equals=_json(value))
    misspelt = _misspelt(value)
    if misspelt is not None:
        key, near = misspelt
        raise UnfitError(
            f"rules ({', '.join(WORDS)})",
            found=f'"{key}"; did you mean "{near}"? If it is a key of the JSON body, write {{ holds = {{ {key} = … }} }}',
        )
    if not value:
        raise UnfitError("a rule, or keys of a JSON object")
    strange = [key for key in value if key not in Rule.model_fields]
    if strange == [HOLDS] and len(value) == 1:
        raise UnfitError("holds = { … } with at least one key of a JSON object", found=describe(value[HOLDS]))
    if strange:
        rules = [key for key in value if key in WORDS]
        raise UnfitError(
            f'only rules beside the rule "{rules[0]}"',
            found=f'"{strange[0]}"; if these are keys of the JSON body, write {{ holds = {{ … }} }}',
        )
    rule = Rule(**value)
    _judge(rule)
    return rule


def _judge(rule: Rule) -> None:
    """Refuse a rule that no value, or every value, can keep."""
    given = rule.model_fields_set
    for alone in ("equals", *(("present",) if rule.present is False else ())):
        if alone in given and len(given) > 1:
            others = ", ".join(name for name in Rule.model_fields if name in given and name != alone)
            raise UnfitError(
                f'"{alone}{" = false" if alone == "present" else ""}" to stand alone', found=f"{others} too"
            )
    for name in ("equals", "contains"):
        _json(getattr(rule, name))
    for name, values in (("one_of", rule.one_of), ("not_one_of", rule.not_one_of)):
        if values is not None and not values:
            raise UnfitError(f"{name} to list at least one value", found="an empty array")
        _json(list(values or ()))
    _judge_numbers(rule)
    _judge_types(rule)
    if rule.matches is not None:
        _compile(rule.matches)


def _judge_numbers(rule: Rule) -> None:
    bounds = [each for each in (rule.at_least, rule.at_most) if each is not None]
    if not all(map(math.isfinite, bounds)):
        raise UnfitError("a finite number", found="inf or nan")
    if rule.at_least is not None and rule.at_most is not None and rule.at_least > rule.at_most:
        raise UnfitError(
            "at_least to be no more than at_most", found=f"{rule.at_least:g} and {rule.at_most:g}"
        )


def _judge_types(rule: Rule) -> None:
    """Refuse rules that speak of different types of value, so that none can keep them all."""
    speak = {name: fits for name, fits in FITS.items() if name in rule.model_fields_set}
    if rule.type is not None:
        speak["type"] = NUMBERS if rule.type in NUMBERS else frozenset({rule.type})
    if speak and not frozenset.intersection(*speak.values()):
        raise UnfitError(
            "rules that one value can keep together", found=f"{' and '.join(speak)}, which none can"
        )


def _json(value: Any) -> Any:
    """Return the value if JSON can hold it, which it can not for TOML's dates, infinities and nan."""
    if isinstance(value, str | bool | int | None):
        return value
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise UnfitError("a value that JSON can hold", found=f"the number {value}")
    if isinstance(value, list | tuple):
        for each in value:
            _json(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            _json(each)
    else:
        raise UnfitError("a value that JSON can hold, such as a string", found=describe(value))
    return value


def _compile(pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        raise UnfitError(
            "matches to be a regular expression", found=f"{describe(pattern)} ({error})"
        ) from None


JsonPromises = Annotated[
    tuple[JsonPromise, ...],
    BeforeValidator(flatten),
    WithJsonSchema({"$ref": "#/definitions/Json", "x-kind": "JSON promises"}),
]
