"""What a function makes of an address that was not set: a text that it requests.

A parameter counts as not set only where every call gives it nothing, and where the function only puts it into texts:
one that is tested first, or handed on, may be optional.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.javascript.function_places import (
    MOST_CALLS,
    call_in_place,
    calls_of,
    definition_of,
    extent_of,
    functions_around,
    own_parameters,
    places_of_name,
)
from smokegate.observation.javascript.scopes import Definition, Parameter, Script
from smokegate.observation.javascript.tokens import NOWHERE
from smokegate.observation.javascript.values import UNDEFINED, Undefined, Unknown, Value

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

MOST_BODY, MOST_BLOCK = 600, 20_000
BEFORE = frozenset({"(", ",", "=>", "=", ":", "[", "+", ";", "{"})
"""What stands before a part of a text, or a call, that no condition decides."""


def given(evaluator: Evaluator, script: Script, name: str, at: int) -> Value | None:
    """Return the nothing that every caller gives a function's parameter; None where it may be something."""
    for first in functions_around(script, at):
        wanted = next((each for each in own_parameters(script, first) if each.name == name), None)
        if wanted is not None:
            key = (script, first, name)
            if key not in evaluator.given:
                evaluator.given[key] = None  # the answer to the question within the question
                evaluator.given[key] = _given(evaluator, script, first, wanted)
            return evaluator.given[key]
    return None


def _given(evaluator: Evaluator, script: Script, first: int, wanted: Parameter) -> Value | None:
    if wanted.key is not None or not _only_in_texts(script, first, wanted.name):
        return None
    own = definition_of(script, first)
    calls = calls_of(evaluator, script, own) if own else call_in_place(script, first)
    found = {_passed(evaluator, script, each, wanted) for each in calls}
    value = found.pop() if len(found) == 1 else None
    return value if value == "" or (isinstance(value, Undefined) and value.word == "undefined") else None


def never_set(evaluator: Evaluator, script: Script, definition: Definition) -> Value | None:
    """Return the nothing that a name is which no one sets and only texts use, as Rspack leaves a missing setting."""
    key = (script, definition.at, "")
    if key not in evaluator.given:
        evaluator.given[key] = UNDEFINED if _never_set(evaluator, script, definition) else None
    return evaluator.given[key]


def _never_set(evaluator: Evaluator, script: Script, definition: Definition) -> bool:
    tokens, name = script.tokens, script.tokens.word(definition.at)
    if not tokens.is_punctuation(definition.at + 1, ";", ",") or name in script.exports:
        return False
    around = tokens.inside[definition.at]
    extent = range(len(tokens)) if around == NOWHERE else range(around + 1, tokens.closing(around))
    evaluator.world.steps += len(extent) // MOST_CALLS
    if len(extent) > MOST_BLOCK or evaluator.world.exhausted:
        return False
    found = [each for each, _ in zip(places_of_name(script, name, extent), range(MOST_CALLS), strict=False)]
    uses = [each for each in found if each != definition.at and script.visible(name, each) == definition]
    return 0 < len(uses) < MOST_CALLS - 1 and len(found) < MOST_CALLS and all(_in_text(script, each) for each in uses)


def _only_in_texts(script: Script, first: int, name: str) -> bool:
    """Return whether all that a function does with a parameter is to put it into a text."""
    extent = extent_of(script, first)
    if not 0 < len(extent) <= MOST_BODY:
        return False
    uses = [each for each in places_of_name(script, name, extent) if not _is_hidden(script, name, each, first)]
    return bool(uses) and all(_in_text(script, each) for each in uses)


def _is_hidden(script: Script, name: str, at: int, first: int) -> bool:
    """Return whether a name is a parameter of a function within the one whose parameters begin at a token."""
    tokens = script.tokens
    if tokens.is_punctuation(at + 1, "=>"):
        return True
    for each in functions_around(script, at):
        if each == first:
            return False
        if any(own.name == name for own in own_parameters(script, each)):
            return True
    return False


def _in_text(script: Script, at: int) -> bool:
    tokens = script.tokens
    if tokens.word(tokens.inside[at]).startswith("$"):
        return tokens.inside[at] == at - 1 and tokens.closing(at - 1) == at + 1
    if tokens.is_punctuation(at - 1, "[") and tokens.is_punctuation(at + 1, ","):
        after = tokens.closing(at - 1) + 1
        return tokens.is_punctuation(after, ".") and tokens.word(after + 1) == "join"
    begins = tokens.word(at - 1) in BEFORE | {"return"}
    return begins and tokens.is_punctuation(at + 1, "+") and tokens.word(at + 1) == "+"


def _passed(evaluator: Evaluator, script: Script, opened: int, wanted: Parameter) -> Value:
    """Return what a call gives a parameter, or its default."""
    values = evaluator.arguments(script, opened)
    if any(script.tokens.is_punctuation(each, "...") for each in range(opened, script.tokens.closing(opened))):
        return Unknown()
    value = values[wanted.number] if wanted.number < len(values) else UNDEFINED
    if isinstance(value, Undefined) and value.word == "undefined" and wanted.default is not None:
        return evaluator.value(script, wanted.default)
    return value
