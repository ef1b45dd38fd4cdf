"""Locates functions in a script: enclosing functions, parameters, bodies, names and call sites."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript.scopes import Definition, Script
from smokegate.observation.javascript.tokens import CONDITIONS, ROOT, WORD, Tokens

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

MAX_DEPTH, MAX_CALLS = 8, 40
MAX_HEAD = 12
"""Maximum tokens between `class` and its body."""


def enclosing_functions(script: Script, at: int) -> Iterator[int]:
    """Yield the first parameter token of each function that encloses a token, innermost first."""
    tokens, position = script.tokens, at
    for _ in range(MAX_DEPTH):
        around = tokens.parent[position]
        arrow = next((each for each in script.preceding(position) if tokens.is_punctuation(each, "=>")), None)
        if arrow is not None:
            position = tokens.pair.get(arrow - 1, arrow - 1)
            yield position
            continue
        if around == ROOT:
            return
        if tokens.word(around) == "{":
            last = around - 2 if tokens.is_punctuation(around - 1, "=>") else around - 1
            first = tokens.pair.get(last, last)
            if tokens.word(first - 1) not in CONDITIONS | {"switch"} and (last < around - 1 or first < last):
                yield first
        position = around


def runs_on_load(script: Script, at: int) -> bool:
    """Return whether a token is outside every function and block, so that it runs when the script loads."""
    tokens, brackets = script.tokens, list(script.tokens.enclosing(at, MAX_DEPTH))
    for around in brackets:
        literal = tokens.word(around) == "{" and tokens.is_punctuation(around - 1, "(", ",", ":", "=", "[")
        if tokens.word(around) != "(" and not literal:
            return False
    return len(brackets) < MAX_DEPTH and next(enclosing_functions(script, at), None) is None


def after_function(tokens: Tokens, index: int) -> int:
    """Return the token after a function or a class."""
    while index < len(tokens) and tokens.word(index) != "{":
        index = tokens.closing(index) + 1 if tokens.word(index) in {"(", "["} else index + 1
    return tokens.closing(index) + 1


def iife_start(script: Script, at: int) -> int:
    """Return the start of the parameterless IIFE whose body begins at a token: `(() => { throw … })()`.

    Any other token is returned as it is.
    """
    tokens, brace = script.tokens, at - 1
    first = tokens.pair.get(brace - 2, ROOT)
    around = tokens.parent[brace] if brace >= 0 else ROOT
    arrow = tokens.is_punctuation(brace, "{") and tokens.is_punctuation(brace - 1, "=>") and first == brace - 3
    wrapped = arrow and around == first - 1 and tokens.is_punctuation(around, "(")
    return around if wrapped and tokens.is_punctuation(tokens.closing(around) + 1, "(") else at


def definition_of(script: Script, first: int) -> Definition | None:
    """Return the definition of the function whose parameter list begins at a token."""
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


def iife_call(script: Script, first: int) -> list[int]:
    """Return the opening bracket of an IIFE's only call: `(e => …)(void 0)`."""
    tokens, start = script.tokens, first
    while tokens.word(start - 1) in {"async", "function"}:
        start -= 1
    opened = tokens.closing(start - 1) + 1 if tokens.is_punctuation(start - 1, "(") else len(tokens)
    return [opened] if tokens.is_punctuation(opened, "(") else []


def body_start(script: Script, first: int) -> int:
    """Return the brace, or the first token of the expression, that is the body of a function with these parameters."""
    tokens = script.tokens
    last = tokens.closing(first) if tokens.word(first) == "(" else first
    return last + 2 if tokens.is_punctuation(last + 1, "=>") else last + 1


def body_of(script: Script, first: int) -> range:
    """Return the body tokens of the function whose parameter list begins at a token."""
    tokens, index = script.tokens, body_start(script, first)
    if tokens.word(index) == "{":
        return range(index + 1, tokens.closing(index))
    last = index
    while last < len(tokens) and not tokens.is_punctuation(last, ",", ";", ")", "]", "}"):
        last = tokens.after(last)
    return range(index, last)


def occurrences(script: Script, name: str, tokens_range: range) -> Iterator[int]:
    """Yield the tokens that are this name, without members and keys."""
    tokens = script.tokens
    ends = tokens.starts[tokens_range.stop] if tokens_range.stop < len(tokens) else len(tokens.text)
    for match in re.compile(rf"(?<![\w$.]){re.escape(name)}(?![\w$])").finditer(
        tokens.text, tokens.starts[tokens_range.start], ends
    ):
        at = bisect_left(tokens.starts, match.start())
        if at < len(tokens) and tokens.starts[at] == match.start() and tokens.kind(at) == WORD:
            yield at


def call_sites(evaluator: Evaluator, script: Script, definition: Definition) -> list[int]:
    """Return the opening bracket of each call of a function; none if it may also be called from elsewhere."""
    tokens, found, name = script.tokens, list[int](), script.tokens.word(definition.at)
    if tokens.text.count(f"{name}(") > MAX_CALLS or name in script.exports.values():
        return []
    for each in occurrences(script, name, range(len(tokens))):
        evaluator.context.steps += 1
        if each == definition.at or script.visible(name, each) != definition:
            continue
        if not tokens.is_punctuation(each + 1, "("):
            return []
        found.append(each + 1)
    return found


def class_body(tokens: Tokens, head: int) -> int:
    """Return the brace of the class that begins at a token."""
    return next((each for each in range(head, head + MAX_HEAD) if tokens.word(each) == "{"), head)


def signature(script: Script, value: int) -> int | None:
    """Return the first parameter token of a function or of a class's constructor."""
    tokens = script.tokens
    if tokens.word(value) == "class":
        body = class_body(tokens, value)
        inner = range(body + 1, tokens.closing(body))
        constructors = (each for each in inner if tokens.word(each) == "constructor" and tokens.parent[each] == body)
        return next((each + 1 for each in constructors), None)
    index = value
    while tokens.word(index) in {"async", "function", "*"}:
        index += 1
    if tokens.kind(index) == WORD and tokens.is_punctuation(index + 1, "("):
        index += 1
    arrow = tokens.closing(index) + 1 if tokens.word(index) == "(" else index + 1
    is_function = index > value or tokens.is_punctuation(arrow, "=>")
    return index if is_function and (tokens.word(index) == "(" or tokens.is_punctuation(arrow, "=>")) else None
