"""Where functions stand in a script: around a token, with their parameters, their body, their name and their calls."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript.scopes import FAR, Definition, Parameter, Script, parameters
from smokegate.observation.javascript.tokens import CONDITIONS, NOWHERE, WORD

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

OUTWARDS, MOST_CALLS = 8, 40


def functions_around(script: Script, at: int) -> Iterator[int]:
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


def runs_at_once(script: Script, at: int) -> bool:
    """Return whether a token stands in no function and no block: what it says is done when the script is loaded."""
    tokens, around = script.tokens, script.tokens.inside[at]
    for _ in range(OUTWARDS):
        if around == NOWHERE:
            return next(functions_around(script, at), None) is None
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


def definition_of(script: Script, first: int) -> Definition | None:
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


def call_in_place(script: Script, first: int) -> list[int]:
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


def places_of_name(script: Script, name: str, among: range) -> Iterator[int]:
    """Yield the tokens at which a name stands as a name of its own, without members and keys."""
    tokens = script.tokens
    ends = tokens.starts[among.stop] if among.stop < len(tokens) else len(tokens.text)
    for match in re.compile(rf"(?<![\w$.]){re.escape(name)}(?![\w$])").finditer(
        tokens.text, tokens.starts[among.start], ends
    ):
        at = bisect_left(tokens.starts, match.start())
        if at < len(tokens) and tokens.starts[at] == match.start() and tokens.kind(at) == WORD:
            yield at


def calls_of(evaluator: Evaluator, script: Script, own: Definition) -> list[int]:
    """Return the opening bracket of each call of a function; none where something else may call it, too."""
    tokens, found, name = script.tokens, list[int](), script.tokens.word(own.at)
    if tokens.text.count(f"{name}(") > MOST_CALLS or name in script.exports.values():
        return []
    for each in places_of_name(script, name, range(len(tokens))):
        evaluator.world.steps += 1
        if each == own.at or script.visible(name, each) != own:
            continue
        if not tokens.is_punctuation(each + 1, "("):
            return []
        found.append(each + 1)
    return found


def signature(script: Script, value: int) -> int | None:
    """Return where the parameters begin of a function, or of a class's constructor."""
    tokens = script.tokens
    if tokens.word(value) == "class":
        body = next((each for each in range(value, value + 12) if tokens.word(each) == "{"), value)
        inner = range(body + 1, tokens.closing(body))
        own = (each for each in inner if tokens.word(each) == "constructor" and tokens.inside[each] == body)
        return next((each + 1 for each in own), None)
    index = value
    while tokens.word(index) in {"async", "function", "*"}:
        index += 1
    if tokens.kind(index) == WORD and tokens.is_punctuation(index + 1, "("):
        index += 1
    arrow = tokens.closing(index) + 1 if tokens.word(index) == "(" else index + 1
    is_function = index > value or tokens.is_punctuation(arrow, "=>")
    return index if is_function and (tokens.word(index) == "(" or tokens.is_punctuation(arrow, "=>")) else None
