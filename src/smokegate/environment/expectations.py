"""Expectations about JSON bodies: typed data in the file, a flat list of paths and rules once loaded.

In the file a table is either a rule or a nested JSON object, and its keys alone decide which: with any key of
`Rule` it is a rule, and then it may hold nothing else; without one it is an object. A key that is nearly one
of `Rule`'s is refused as a slip of the pen. `{ holds = { … } }` says "an object" where its keys are a rule's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from msgspec import Struct

from smokegate.environment.errors import InvalidValueError
from smokegate.environment.notes import Before, Kind
from smokegate.environment.rules import JsonType, Rule, json_value, judge
from smokegate.environment.section import Problem, SectionError
from smokegate.environment.variables import Variables
from smokegate.environment.wording import describe, nearest

__all__ = ["HOLDS", "WORDS", "JsonExpectation", "JsonExpectations", "JsonType", "Rule", "flatten"]

HOLDS = "holds"
"""The key that introduces a nested object explicitly."""
ROOT = frozenset({"every", "any", "min_items", "max_items"})
"""Rules that the whole body may be given, where it is an array."""
WORDS = (*Rule.__struct_fields__, HOLDS)
ALIKE = 0.8
"""How much a key must look like a rule's to be taken for a misspelt one (`difflib`'s ratio)."""


class JsonExpectation(Struct, frozen=True):
    """A rule and the path of keys to the value that it is about."""

    path: tuple[str, ...]
    rule: Rule

    @property
    def key(self) -> str:
        """The path with dots, as people write it."""
        return ".".join(self.path)


def flatten(table: object, _given: Variables | None = None) -> tuple[JsonExpectation, ...]:
    """Turn the nested table of a file into a flat tuple; a `SectionError` names all that are no expectations."""
    if isinstance(table, tuple):
        return table
    if not isinstance(table, Mapping):
        raise InvalidValueError("a table of JSON keys and the values that they must have")
    if table and table.keys() <= ROOT:
        return (JsonExpectation(path=(), rule=_rule(table)),)
    found: list[JsonExpectation] = []
    wrong: list[Problem] = []
    for path, value in _leaves(table, ()):
        try:
            found.append(JsonExpectation(path=path, rule=_rule(value)))
        except SectionError as error:
            wrong.extend(Problem((*path, *each.path), each.found, each.what) for each in error.problems)
        except InvalidValueError as error:
            wrong.append(Problem(path, value, error))
    if wrong:
        raise SectionError(wrong)
    return tuple(found)


def _leaves(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every value that is not a nested object, with its path."""
    for key, value in table.items():
        here = (*path, key)
        inner = _object(value)
        if inner is None:
            yield here, value
        else:
            yield from _leaves(inner, here)


def _object(value: Any) -> Mapping[str, Any] | None:
    """Return the keys of a nested object; None where the value is a plain one or a rule, or nearly one."""
    if not isinstance(value, Mapping) or not value:
        return None
    if value.keys() == {HOLDS}:
        return value[HOLDS] if isinstance(value[HOLDS], Mapping) and value[HOLDS] else None
    return value if value.keys().isdisjoint(WORDS) and _misspelt(value) is None else None


def _misspelt(table: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the first key that is nearly the name of a rule, and that name."""
    for key in table:
        near = nearest(key, WORDS, ALIKE) if key not in WORDS else None
        if near is not None:
            return key, near
    return None


def _rule(value: Any) -> Rule:
    """Read one rule or one bare value."""
    if value is None:
        return Rule(type="null")
    if not isinstance(value, Mapping):
        return Rule(equals=json_value(value))
    if not value:
        raise InvalidValueError("a rule, or keys of a JSON object")
    misspelt = _misspelt(value)
    if misspelt is not None:
        key, near = misspelt
        otherwise = f"if it is a key of the JSON body, write {{ holds = {{ {key} = … }} }}"
        raise InvalidValueError(f"one of {', '.join(WORDS)}", found=f'"{key}"; did you mean "{near}"? ({otherwise})')
    if value.keys() == {HOLDS}:
        raise InvalidValueError("holds = { … } with keys of a JSON object", found=describe(value[HOLDS]))
    strange = [key for key in value if key not in Rule.__struct_fields__]
    if strange:
        word = next(key for key in value if key in WORDS)
        otherwise = "if both are keys of the JSON body, write { holds = { … } }"
        raise InvalidValueError(f'only rules beside the rule "{word}"', found=f'"{strange[0]}" ({otherwise})')
    items = {word: items_rule(value[word]) for word in ("every", "any") if word in value}
    return judge(Rule.read({**value, **items}))


def items_rule(value: object) -> tuple[JsonExpectation, ...]:
    """Read what `every` and `any` say of an item: its keys, or a rule for the item itself."""
    if isinstance(value, Mapping) and _object(value) is not None:
        return flatten(_object(value))
    return (JsonExpectation(path=(), rule=_rule(value)),)


JsonExpectations = Annotated[
    tuple[JsonExpectation, ...],
    Before(flatten),
    Kind({"$ref": "#/definitions/Json"}, "JSON expectations"),
]
