"""What a function makes of an address that was not set: a text that it requests.

A parameter counts as not set only where every call gives it nothing, and where the function only puts it into texts:
one that is tested first, or handed on, may be optional.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript.scopes import FAR, Definition, Parameter, Script, parameters
from smokegate.observation.javascript.tokens import CONDITIONS, NOWHERE, WORD
from smokegate.observation.javascript.values import UNDEFINED, Undefined, Unknown, Value

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

OUTWARDS, MOST_CALLS, MOST_BODY, MOST_BLOCK = 8, 40, 600, 20_000
BEFORE = frozenset({"(", ",", "=>", "=", ":", "[", "+", ";", "{"})
"""What stands before a part of a text, or a call, that no condition decides."""


def given(evaluator: Evaluator, script: Script, name: str, at: int) -> Value | None:
    """Return the nothing that every caller gives a function's parameter; None where it may be something."""
    for first in _functions(script, at):
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
    own = _name(script, first)
    calls = _calls(evaluator, script, own) if own else _call_in_place(script, first)
    found = {_passed(evaluator, script, each, wanted) for each in calls}
    value = found.pop() if len(found) == 1 else None
    return value if value == "" or (isinstance(value, Undefined) and value.word == "undefined") else None


def _functions(script: Script, at: int) -> Iterator[int]:
    """Yield where the parameters begin of each function around a token, from the inside out."""
    tokens, position = script.tokens, at
    for _ in range(OUTWARDS):
        around = tokens.inside[position]
        arrow = next((each for each in _back(script, position) if tokens.is_punctuation(each, "=>")), None)
        if arrow is not None:
            position = tokens.pair.get(arrow - 1, arrow - 1)
            yield position
            continue
        if around == NOWHERE:
            return
        if tokens.word(around) == "{":
            last = around - 2 if tokens.is_punctuation(around - 1, "=>") else around - 1
            first = tokens.pair.get(last, last)
            if tokens.word(first - 1) not in CONDITIONS | {"switch"} and (last < around - 1 or first < last):
                yield first
        position = around


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
    found = [each for each, _ in zip(_places(script, name, extent), range(MOST_CALLS), strict=False)]
    uses = [each for each in found if each != definition.at and script.visible(name, each) == definition]
    return 0 < len(uses) < MOST_CALLS - 1 and len(found) < MOST_CALLS and all(_in_text(script, each) for each in uses)


def runs_at_once(script: Script, at: int) -> bool:
    """Return whether a token stands in no function and no block: what it says is done when the script is loaded."""
    tokens, around = script.tokens, script.tokens.inside[at]
    for _ in range(OUTWARDS):
        if around == NOWHERE:
            return next(_functions(script, at), None) is None
        literal = tokens.word(around) == "{" and tokens.is_punctuation(around - 1, "(", ",", ":", "=", "[")
        if tokens.word(around) != "(" and not literal:
            return False
        around = tokens.inside[around]
    return False


def called_at_once(script: Script, at: int) -> int:
    """Return where a function without parameters begins that is called where it stands: `(() => { throw … })()`.

    Where a token is not the first of such a function's body, it is its own place.
    """
    tokens, brace = script.tokens, at - 1
    first = tokens.pair.get(brace - 2, NOWHERE)
    around = tokens.inside[brace] if brace >= 0 else NOWHERE
    arrow = tokens.is_punctuation(brace, "{") and tokens.is_punctuation(brace - 1, "=>") and first == brace - 3
    wrapped = arrow and around == first - 1 and tokens.is_punctuation(around, "(")
    return around if wrapped and tokens.is_punctuation(tokens.closing(around) + 1, "(") else at


def _back(script: Script, position: int) -> Iterator[int]:
    """Yield the tokens before one, back to the beginning of the expression or statement in which it stands."""
    tokens, index = script.tokens, position - 1
    for _ in range(FAR):
        script.work += 1
        if index in {-1, tokens.inside[position]} or tokens.is_punctuation(index, ",", ";"):
            return
        yield index
        index = tokens.pair[index] - 1 if tokens.pair.get(index, index) < index else index - 1


def own_parameters(script: Script, first: int) -> list[Parameter]:
    """Return a function's parameters, by where they begin."""
    one = script.tokens.word(first) != "("
    return [Parameter(script.tokens.word(first), 0)] if one else parameters(script, first)


def _name(script: Script, first: int) -> Definition | None:
    """Return the definition of a function by where its parameters begin."""
    tokens, before = script.tokens, first - 1
    if tokens.kind(before) == WORD and tokens.word(before - 1) == "function":
        at = before
    else:
        while tokens.word(before) in {"async", "function"}:
            before -= 1
        at = before - 1
        if not tokens.is_punctuation(before, "=") or tokens.is_punctuation(at - 1, ".", "?."):
            return None
    return next((each for each in script.definitions.get(tokens.word(at), ()) if each.at == at), None)


def _call_in_place(script: Script, first: int) -> list[int]:
    """Return the bracket of the only call of a function that is called where it stands: `(e => …)(void 0)`."""
    tokens, start = script.tokens, first
    while tokens.word(start - 1) in {"async", "function"}:
        start -= 1
    opened = tokens.closing(start - 1) + 1 if tokens.is_punctuation(start - 1, "(") else len(tokens)
    return [opened] if tokens.is_punctuation(opened, "(") else []


def extent_of(script: Script, first: int) -> range:
    """Return the tokens of a function's body, by where its parameters begin."""
    tokens, index = script.tokens, script.tokens.closing(first) if script.tokens.word(first) == "(" else first
    index += 2 if tokens.is_punctuation(index + 1, "=>") else 1
    if tokens.word(index) == "{":
        return range(index + 1, tokens.closing(index))
    last = index
    while last < len(tokens) and not tokens.is_punctuation(last, ",", ";", ")", "]", "}"):
        last = tokens.pair[last] + 1 if tokens.pair.get(last, -1) > last else last + 1
    return range(index, last)


def _only_in_texts(script: Script, first: int, name: str) -> bool:
    """Return whether all that a function does with a parameter is to put it into a text."""
    extent = extent_of(script, first)
    if not 0 < len(extent) <= MOST_BODY:
        return False
    uses = [each for each in _places(script, name, extent) if not _is_hidden(script, name, each, first)]
    return bool(uses) and all(_in_text(script, each) for each in uses)


def _is_hidden(script: Script, name: str, at: int, first: int) -> bool:
    """Return whether a name is a parameter of a function within the one whose parameters begin at a token."""
    tokens = script.tokens
    if tokens.is_punctuation(at + 1, "=>"):
        return True
    for each in _functions(script, at):
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


def _places(script: Script, name: str, among: range) -> Iterator[int]:
    """Yield the tokens at which a name stands as a name of its own, without members and keys."""
    tokens = script.tokens
    ends = tokens.starts[among.stop] if among.stop < len(tokens) else len(tokens.text)
    for match in re.compile(rf"(?<![\w$.]){re.escape(name)}(?![\w$])").finditer(
        tokens.text, tokens.starts[among.start], ends
    ):
        at = bisect_left(tokens.starts, match.start())
        if at < len(tokens) and tokens.starts[at] == match.start() and tokens.kind(at) == WORD:
            yield at


def _calls(evaluator: Evaluator, script: Script, own: Definition) -> list[int]:
    """Return the opening bracket of each call of a function; none where something else may call it, too."""
    tokens, found, name = script.tokens, list[int](), script.tokens.word(own.at)
    if tokens.text.count(f"{name}(") > MOST_CALLS or name in script.exports.values():
        return []
    for each in _places(script, name, range(len(tokens))):
        evaluator.world.steps += 1
        if each == own.at or script.visible(name, each) != own:
            continue
        if not tokens.is_punctuation(each + 1, "("):
            return []
        found.append(each + 1)
    return found


def _passed(evaluator: Evaluator, script: Script, opened: int, wanted: Parameter) -> Value:
    """Return what a call gives a parameter, or its default."""
    values = evaluator.arguments(script, opened)
    if any(script.tokens.is_punctuation(each, "...") for each in range(opened, script.tokens.closing(opened))):
        return Unknown()
    value = values[wanted.number] if wanted.number < len(values) else UNDEFINED
    if isinstance(value, Undefined) and value.word == "undefined" and wanted.default is not None:
        return evaluator.value(script, wanted.default)
    return value
