"""Members of object, class and array literals, including later assignments to them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from smokegate.observation.javascript.address_names import address_by_name
from smokegate.observation.javascript.api_names import ABSOLUTE
from smokegate.observation.javascript.clients import assignment_target
from smokegate.observation.javascript.tokens import ROOT, STRING, WORD, Tokens, unescaped
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

MAX_HEAD = 6
"""Maximum tokens between `class` and its body."""
MAX_ASSIGNMENTS = 64
"""Maximum assignments to one property name that are evaluated."""


def missing_member(name: str) -> Value:
    """Return the value of a member that is never set; a bundler's modules get their `exports` at run time."""
    return UNKNOWN if name == "exports" else Undefined(name)


def of_literal(evaluator: Evaluator, value: Literal, name: str) -> Value:
    """Return a member of an object, array or class literal."""
    script, tokens = value.script, value.script.tokens
    if tokens.word(value.at) == "[":
        return _of_array(evaluator, value, name)
    if tokens.word(value.at) == "class":
        return _of_class(evaluator, value, name)
    if tokens.word(value.at) != "{":
        return UNKNOWN
    key = (script, value.at, name)
    if key not in evaluator.members:
        evaluator.members[key] = UNKNOWN  # guards against recursion
        evaluator.members[key] = _of_object(evaluator, value, name)
    return evaluator.members[key]


def _of_object(evaluator: Evaluator, value: Literal, name: str) -> Value:
    script, tokens, found = value.script, value.script.tokens, None
    places = script.properties.get(name, ())
    evaluator.world.steps += len(places) // 8
    for index in entries(value):
        entry = _entry(evaluator, value, index, name)
        if isinstance(entry, Unknown) and found is not None and tokens.is_punctuation(index, "..."):
            found = choice(found, entry)  # `{url: "…", ...window.settings}`: either may apply
        elif entry is not None:
            found = entry
        if evaluator.world.exhausted:
            return UNKNOWN
    if found is not None:
        return found
    later = [evaluator.value(script, at) for at in places if tokens.is_punctuation(at - 1, "=")]
    return choice(*later) if later and len(later) < 8 else missing_member(name)


def _entry(evaluator: Evaluator, value: Literal, index: int, name: str) -> Value | None:
    """Return the value that an object literal's entry at a token gives a name; None if it is for another name."""
    script, tokens = value.script, value.script.tokens
    evaluator.world.steps += index % 8 == 0
    if tokens.is_punctuation(index, "..."):
        spread = evaluator.value(script, index + 1)
        part = evaluator.member(spread, name) if spread != value else UNDEFINED  # `a = {...a, b: 1}` spreads itself
        return None if isinstance(part, Undefined) else part
    key = tokens.word(index)
    key = unescaped(key[1:-1]) if tokens.kind(index) == STRING else key
    if key == name and tokens.is_punctuation(index + 1, ":"):
        return _with_assignments(evaluator, value, name, evaluator.value(script, index + 2))
    if key == name and tokens.kind(index) == WORD and tokens.is_punctuation(index + 1, ",", "}"):
        return evaluator.value(script, index)
    if key == "get" and tokens.word(index + 1) == name and tokens.is_punctuation(index + 2, "("):
        return evaluator.return_value(Literal(script, index + 1), [])
    return None


def _of_class(evaluator: Evaluator, value: Literal, name: str) -> Value:
    """Return a static field that is never reassigned, or the only address that any script gives that name."""
    script, tokens = value.script, value.script.tokens
    places = script.properties.get(name, ())[:MAX_ASSIGNMENTS]
    own = [at for at in places if tokens.word(at - 3) == "static" and _is_body(tokens, tokens.parent[at], value.at)]
    assignments = islice(evaluator.world.assigned(name), MAX_ASSIGNMENTS)
    later = any(s.tokens.is_punctuation(at - 3, ".") and assignment_target(s, at) is not None for s, at in assignments)
    if len(own) == 1 and not later:
        return evaluator.value(script, own[0])
    return address_by_name(evaluator, name) or UNKNOWN


def _is_body(tokens: Tokens, body: int, head: int) -> bool:
    return next((each for each in range(head, head + MAX_HEAD) if tokens.word(each) == "{"), None) == body


def _with_assignments(evaluator: Evaluator, value: Literal, name: str, first: Value) -> Value:
    """Return an object's address after assignments: `API.BASE = "…"` replaces the generator's default."""
    if not isinstance(first, str) or (first and not ABSOLUTE.match(first)):
        return first
    found: Value = first
    for script, at in islice(evaluator.world.assigned(name), MAX_ASSIGNMENTS):
        tokens, owner = script.tokens, assignment_target(script, at)
        if owner is None or tokens.kind(owner) != WORD or tokens.is_punctuation(owner - 1, "."):
            continue
        evaluator.world.steps += 1 + len(script.definitions.get(tokens.word(owner), ()))
        if evaluator.world.exhausted:
            return UNKNOWN
        self_assigned = tokens.word(at) == tokens.word(owner) and tokens.word(at + 2) == name
        if self_assigned or evaluator.name(script, tokens.word(owner), owner, {}) != value:
            continue
        around = tokens.parent[owner]
        around = tokens.parent[around] if tokens.is_punctuation(at - 1, ":") else around
        same_scope = around in {ROOT, value.script.tokens.parent[value.at]}
        found = evaluator.value(script, at) if same_scope else choice(found, evaluator.value(script, at))
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
    at_entry = True
    while index < end:
        if at_entry:
            yield index
            at_entry = False
        if tokens.pair.get(index, -1) > index:
            index = tokens.pair[index]
        elif tokens.is_punctuation(index, ","):
            at_entry = True
        index += 1


def items(evaluator: Evaluator, value: Literal) -> list[Value]:
    """Return the values of an array literal."""
    return [evaluator.value(value.script, index) for index, _ in zip(entries(value), range(64), strict=False)]
