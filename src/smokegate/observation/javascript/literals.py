"""What members of object, class and array literals are, also once scripts have set them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from smokegate.observation.javascript.address_names import address_by_name
from smokegate.observation.javascript.api_names import ABSOLUTE
from smokegate.observation.javascript.clients import set_on
from smokegate.observation.javascript.tokens import NOWHERE, STRING, WORD, Tokens, unescaped
from smokegate.observation.javascript.values import (
    UNDEFINED,
    UNKNOWN,
    Literal,
    Undefined,
    Unknown,
    Value,
    choice,
)

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

HEAD = 6
"""How many tokens stand at most between `class` and its body."""
MOST_SET = 64
"""How many places that set a property of one name are looked at."""


def absent(name: str) -> Value:
    """Return what a member is that no one sets; a bundler's modules get their exports when they run."""
    return UNKNOWN if name == "exports" else Undefined(name)


def of_literal(evaluator: Evaluator, value: Literal, name: str) -> Value:
    """Return a member of an object, an array or a class that stands in a script."""
    script, tokens = value.script, value.script.tokens
    if tokens.word(value.at) == "[":
        return _of_array(evaluator, value, name)
    if tokens.word(value.at) == "class":
        return _of_class(evaluator, value, name)
    if tokens.word(value.at) != "{":
        return UNKNOWN
    key = (script, value.at, name)
    if key not in evaluator.members:
        evaluator.members[key] = UNKNOWN  # the answer to the question within the question
        evaluator.members[key] = _of_object(evaluator, value, name)
    return evaluator.members[key]


def _of_object(evaluator: Evaluator, value: Literal, name: str) -> Value:
    script, tokens, found = value.script, value.script.tokens, None
    places = script.properties.get(name, ())
    evaluator.world.steps += len(places) // 8
    for index in entries(value):
        entry = _entry(evaluator, value, index, name)
        if isinstance(entry, Unknown) and found is not None and tokens.is_punctuation(index, "..."):
            found = choice(found, entry)  # `{url: "…", ...window.settings}`: which of them holds is not known
        elif entry is not None:
            found = entry
        if evaluator.world.exhausted:
            return UNKNOWN
    if found is not None:
        return found
    later = [evaluator.value(script, at) for at in places if tokens.is_punctuation(at - 1, "=")]
    return choice(*later) if later and len(later) < 8 else absent(name)


def _entry(evaluator: Evaluator, value: Literal, index: int, name: str) -> Value | None:
    """Return what the entry of an object literal that begins at a token gives a name; None where it is not of it."""
    script, tokens = value.script, value.script.tokens
    evaluator.world.steps += index % 8 == 0
    if tokens.is_punctuation(index, "..."):
        spread = evaluator.value(script, index + 1)
        part = evaluator.member(spread, name) if spread != value else UNDEFINED  # not that of `a = {...a, b: 1}`
        return None if isinstance(part, Undefined) else part
    key = tokens.word(index)
    key = unescaped(key[1:-1]) if tokens.kind(index) == STRING else key
    if key == name and tokens.is_punctuation(index + 1, ":"):
        return _as_set(evaluator, value, name, evaluator.value(script, index + 2))
    if key == name and tokens.kind(index) == WORD and tokens.is_punctuation(index + 1, ",", "}"):
        return evaluator.value(script, index)
    if key == "get" and tokens.word(index + 1) == name and tokens.is_punctuation(index + 2, "("):
        return evaluator.returned(Literal(script, index + 1), [])
    return None


def _of_class(evaluator: Evaluator, value: Literal, name: str) -> Value:
    """Return what a static field of a class is that no one sets later, or what any script gives that name."""
    script, tokens = value.script, value.script.tokens
    places = script.properties.get(name, ())[:MOST_SET]
    own = [at for at in places if tokens.word(at - 3) == "static" and _is_body(tokens, tokens.inside[at], value.at)]
    set_there = islice(evaluator.world.assigned(name), MOST_SET)
    later = any(each.tokens.is_punctuation(at - 3, ".") and set_on(each, at) is not None for each, at in set_there)
    if len(own) == 1 and not later:
        return evaluator.value(script, own[0])
    return address_by_name(evaluator, name) or UNKNOWN


def _is_body(tokens: Tokens, body: int, head: int) -> bool:
    """Return whether a brace is that of the class that begins at a token."""
    return next((each for each in range(head, head + HEAD) if tokens.word(each) == "{"), None) == body


def _as_set(evaluator: Evaluator, value: Literal, name: str, first: Value) -> Value:
    """Return what an address in an object is once scripts have set it: `API.BASE = "…"` replaces the generator's."""
    if not isinstance(first, str) or (first and not ABSOLUTE.match(first)):
        return first
    found: Value = first
    for script, at in islice(evaluator.world.assigned(name), MOST_SET):
        tokens, owner = script.tokens, set_on(script, at)
        if owner is None or tokens.kind(owner) != WORD or tokens.is_punctuation(owner - 1, "."):
            continue
        evaluator.world.steps += 1 + len(script.definitions.get(tokens.word(owner), ()))
        if evaluator.world.exhausted:
            return UNKNOWN
        itself = tokens.word(at) == tokens.word(owner) and tokens.word(at + 2) == name
        if itself or evaluator.name(script, tokens.word(owner), owner, {}) != value:
            continue
        around = tokens.inside[owner]
        around = tokens.inside[around] if tokens.is_punctuation(at - 1, ":") else around
        at_once = around in {NOWHERE, value.script.tokens.inside[value.at]}
        found = evaluator.value(script, at) if at_once else choice(found, evaluator.value(script, at))
    return found


def _of_array(evaluator: Evaluator, value: Literal, name: str) -> Value:
    values = items(evaluator, value)
    if name.isdecimal() and len(name) < 4:
        return values[int(name)] if int(name) < len(values) else UNKNOWN
    return UNKNOWN


def entries(value: Literal) -> Iterator[int]:
    """Yield the first token of each entry of an object or array literal."""
    tokens, index = value.script.tokens, value.at + 1
    end = tokens.closing(value.at)
    new = True
    while index < end:
        if new:
            yield index
            new = False
        if tokens.pair.get(index, -1) > index:
            index = tokens.pair[index]
        elif tokens.is_punctuation(index, ","):
            new = True
        index += 1


def items(evaluator: Evaluator, value: Literal) -> list[Value]:
    """Return the values of an array literal."""
    return [evaluator.value(value.script, index) for index, _ in zip(entries(value), range(64), strict=False)]
