"""What a function makes of an address that was not set: a text that it requests, or an error.

A parameter counts as not set only where every call gives it nothing, and where the function only puts it into texts:
one that is tested first, or handed on, may be optional.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript.scopes import FAR, Definition, Parameter, Script, parameters
from smokegate.observation.javascript.tokens import CONDITIONS, NOWHERE, STRING, WORD, unescaped
from smokegate.observation.javascript.values import UNDEFINED, Undefined, Unknown, Value

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

OUTWARDS, MOST_CALLS, MOST_BODY, HANDED_ON = 8, 40, 600, 4
ADDRESS = re.compile(r"\b\w*(?:ur[il]s?|address|endpoint|host|origin)\b", re.IGNORECASE)
"""What the error of a client says that wants an address."""
BEFORE = frozenset({"(", ",", "=>", "=", ":", "[", "+", ";", "{"})
"""What stands before a part of a text, or a call, that no condition decides."""


def given(evaluator: Evaluator, script: Script, name: str, at: int) -> Value | None:
    """Return the nothing that every caller gives a function's parameter; None where it may be something."""
    for first in _functions(script, at):
        wanted = next((each for each in _parameters(script, first) if each.name == name), None)
        if wanted is not None:
            key = (script, first, name)
            if key not in evaluator.given:
                evaluator.given[key] = None  # the answer to the question within the question
                evaluator.given[key] = _given(evaluator, script, first, wanted)
            return evaluator.given[key]
    return None


def _given(evaluator: Evaluator, script: Script, first: int, wanted: Parameter) -> Value | None:
    own = _name(script, first)
    if wanted.key is not None or own is None or not _only_in_texts(script, first, wanted.name):
        return None
    found = {_passed(evaluator, script, each, wanted) for each in _calls(evaluator, script, own)}
    value = found.pop() if len(found) == 1 else None
    return value if value == "" or (isinstance(value, Undefined) and value.word == "undefined") else None


def refused(evaluator: Evaluator, script: Script, name: int, number: int = 0, depth: int = 0) -> str:
    """Return what a function throws whose argument is nothing, where that is about an address; else an empty text."""
    found = script.visible(script.tokens.word(name), name)
    if isinstance(found, Definition) and found.value is not None and depth < HANDED_ON:
        return _thrown(evaluator, script, found.value, number, depth)
    imported = script.imports.get(script.tokens.word(name)) if found is None else None
    module = evaluator.world.module(script, imported.module) if imported else None
    if imported is None or module is None or depth >= HANDED_ON:
        return ""
    inside = module.local.get((module.exports.get(imported.name, ""), NOWHERE), ())
    values = (each.value for each in inside if each.value is not None)
    return next((_thrown(evaluator, module, each, number, depth) for each in values), "")


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


def _back(script: Script, position: int) -> Iterator[int]:
    """Yield the tokens before one, back to the beginning of the expression or statement in which it stands."""
    tokens, index = script.tokens, position - 1
    for _ in range(FAR):
        script.work += 1
        if index in {-1, tokens.inside[position]} or tokens.is_punctuation(index, ",", ";"):
            return
        yield index
        index = tokens.pair[index] - 1 if tokens.pair.get(index, index) < index else index - 1


def _parameters(script: Script, first: int) -> list[Parameter]:
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


def _extent(script: Script, first: int) -> range:
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
    extent = _extent(script, first)
    if not 0 < len(extent) <= MOST_BODY:
        return False
    uses = list(_places(script, name, extent))
    return bool(uses) and all(_in_text(script, each) for each in uses)


def _in_text(script: Script, at: int) -> bool:
    tokens = script.tokens
    if tokens.word(tokens.inside[at]).startswith("$"):
        return tokens.inside[at] == at - 1 and tokens.closing(at - 1) == at + 1
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


def _thrown(evaluator: Evaluator, script: Script, value: int, number: int, depth: int) -> str:
    """Return what a function or a constructor throws, without a condition of its own, where an argument is nothing."""
    tokens, first = script.tokens, _signature(script, value)
    wanted = next((e for e in _parameters(script, first) if e.number == number and not e.key), None) if first else None
    if first is None or wanted is None:
        return ""
    names, extent = {wanted.name}, _extent(script, first)
    level = tokens.inside[extent.start]
    for at in extent[:MOST_BODY]:
        evaluator.world.steps += 1
        word = tokens.word(at) if tokens.kind(at) == WORD else ""
        if word == "if" and tokens.inside[at] == level and tokens.word(at + 2) == "!" and tokens.word(at + 3) in names:
            throws = at + 6 if tokens.is_punctuation(at + 5, "{") else at + 5
            if tokens.is_punctuation(at + 4, ")") and tokens.word(throws) == "throw":
                return _message(script, throws)
        elif word in names and tokens.is_punctuation(at - 1, "=") and tokens.inside[at] == level:
            names.add(tokens.word(at - 2))
        elif word in names and tokens.is_punctuation(at + 1, ",", ")") and tokens.is_punctuation(at - 1, "(", ","):
            opened = tokens.inside[at]
            before = opened - 2 if tokens.word(opened - 2) != "new" else opened - 3
            commas = sum(
                tokens.is_punctuation(each, ",") and tokens.inside[each] == opened for each in range(opened, at)
            )
            handed_on = tokens.inside[opened] == level and tokens.word(before) in BEFORE | {"return"}
            if handed_on and (said := refused(evaluator, script, opened - 1, commas, depth + 1)):
                return said
    return ""


def _signature(script: Script, value: int) -> int | None:
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


def _message(script: Script, at: int) -> str:
    """Return the text of the error that is thrown, where it is about an address."""
    tokens = script.tokens
    texts = [unescaped(tokens.word(each)[1:-1]) for each in range(at, at + 12) if tokens.kind(each) == STRING]
    return next((each for each in texts if ADDRESS.search(each)), "")
