"""Addresses that were never set but are put into the texts that a page requests.

A parameter counts as unset only if no call sets it and the function only puts it into texts: one that is tested
first or forwarded may be optional.
"""

from __future__ import annotations

from itertools import islice, takewhile
from typing import TYPE_CHECKING

from smokegate.observation.javascript.function_places import (
    MAX_CALLS,
    body_of,
    call_sites,
    definition_of,
    enclosing_functions,
    iife_call,
    occurrences,
)
from smokegate.observation.javascript.scopes import Definition, Parameter, Script, parameters
from smokegate.observation.javascript.tokens import ROOT
from smokegate.observation.javascript.values import UNDEFINED, UNKNOWN, Value, is_unset

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

MAX_BODY, MAX_BLOCK = 600, 20_000
BEFORE = frozenset({"(", ",", "=>", "=", ":", "[", "+", ";", "{"})
"""Tokens before an unconditional operand of a text, or before an unconditional call."""


def unset_argument(evaluator: Evaluator, script: Script, name: str, at: int) -> Value | None:
    """Return the unset value that every caller passes for a parameter; None if one may set it."""
    for first in enclosing_functions(script, at):
        parameter = next((each for each in parameters(script, first) if each.name == name), None)
        if parameter is not None:
            return evaluator.once(_unset_argument, script, first, parameter)
    return None


def _unset_argument(evaluator: Evaluator, script: Script, first: int, parameter: Parameter) -> Value | None:
    if parameter.key is not None or not _only_in_texts(script, first, parameter.name):
        return None
    definition = definition_of(script, first)
    calls = call_sites(evaluator, script, definition) if definition else iife_call(script, first)
    found = {_argument_value(evaluator, script, each, parameter) for each in calls}
    value = found.pop() if len(found) == 1 else UNKNOWN
    return value if value == "" or is_unset(value) else None


def never_set(evaluator: Evaluator, script: Script, definition: Definition) -> Value | None:
    """Return undefined for a name that is never set and only used in texts, as Rspack leaves a missing setting."""
    return UNDEFINED if evaluator.once(_never_set, script, definition) else None


def _never_set(evaluator: Evaluator, script: Script, definition: Definition) -> bool:
    tokens, name = script.tokens, script.tokens.word(definition.at)
    if not tokens.is_punctuation(definition.at + 1, ";", ",") or name in script.exports:
        return False
    around = tokens.parent[definition.at]
    extent = range(len(tokens)) if around == ROOT else range(around + 1, tokens.closing(around))
    evaluator.context.steps += len(extent) // MAX_CALLS
    if len(extent) > MAX_BLOCK or evaluator.context.exhausted:
        return False
    found = list(islice(occurrences(script, name, extent), MAX_CALLS))
    uses = [each for each in found if each != definition.at and script.visible(name, each) == definition]
    return 0 < len(uses) < MAX_CALLS - 1 and len(found) < MAX_CALLS and all(_in_text(script, each) for each in uses)


def _only_in_texts(script: Script, first: int, name: str) -> bool:
    """Return whether a function only puts a parameter into texts."""
    extent = body_of(script, first)
    if not 0 < len(extent) <= MAX_BODY:
        return False
    uses = [each for each in occurrences(script, name, extent) if not _is_shadowed(script, name, each, first)]
    return bool(uses) and all(_in_text(script, each) for each in uses)


def _is_shadowed(script: Script, name: str, at: int, first: int) -> bool:
    """Return whether a name is shadowed by a parameter of an inner function."""
    inner = takewhile(lambda each: each != first, enclosing_functions(script, at))
    named = any(parameter.name == name for each in inner for parameter in parameters(script, each))
    return named or script.tokens.is_punctuation(at + 1, "=>")


def _in_text(script: Script, at: int) -> bool:
    tokens = script.tokens
    if tokens.word(tokens.parent[at]).startswith("$"):
        return tokens.parent[at] == at - 1 and tokens.closing(at - 1) == at + 1
    if tokens.is_punctuation(at - 1, "[") and tokens.is_punctuation(at + 1, ","):
        after = tokens.closing(at - 1) + 1
        return tokens.is_punctuation(after, ".") and tokens.word(after + 1) == "join"
    begins = tokens.word(at - 1) in BEFORE | {"return"}
    return begins and tokens.is_punctuation(at + 1, "+")


def _argument_value(evaluator: Evaluator, script: Script, opened: int, parameter: Parameter) -> Value:
    """Return a parameter's value in a call, or its default value."""
    values = evaluator.items(script, opened)
    if any(script.tokens.is_punctuation(each, "...") for each in range(opened, script.tokens.closing(opened))):
        return UNKNOWN
    value = values[parameter.number] if parameter.number < len(values) else UNDEFINED
    if is_unset(value) and parameter.default is not None:
        return evaluator.value(script, parameter.default)
    return value
