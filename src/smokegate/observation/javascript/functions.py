"""Evaluates a function's return value as far as its conditions are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.javascript.function_places import body_start, parameters_at, signature
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.scopes import MAX_TOKENS, Parameter, Script
from smokegate.observation.javascript.tokens import WORD
from smokegate.observation.javascript.values import (
    UNKNOWN,
    Literal,
    Undefined,
    Value,
    choice,
    truth,
)

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator


def return_value(evaluator: Evaluator, function: Literal, values: list[Value]) -> Value:
    """Return a function's return value as far as its conditions are known."""
    script, tokens = function.script, function.script.tokens
    first = None if tokens.word(function.at) == "class" else signature(script, function.at)
    if first is None:
        return UNKNOWN
    bound, body = bind(evaluator, parameters_at(script, first), values), body_start(script, first)
    if tokens.word(body) != "{":
        return evaluator.value(script, body, bound)
    found: list[Value] = []
    for index in range(body + 1, min(tokens.closing(body), body + 600)):
        if tokens.kind(index) != WORD or tokens.word(index) != "return":
            continue
        reached = _reached(evaluator, script, index, body, bound)
        if reached is False or reached == "elsewhere":
            continue
        found.append(evaluator.value(script, _last_expression(script, index + 1), bound))
        if reached is True:
            break
    return choice(*found) if found else UNKNOWN


def bind(evaluator: Evaluator, names: list[Parameter], values: list[Value]) -> dict[str, Value]:
    """Bind parameters to arguments."""
    found: dict[str, Value] = {}
    for each in names:
        value = values[each.number] if each.number < len(values) else UNKNOWN
        if each.key is not None:
            part = member(evaluator, value, each.key)
            value = UNKNOWN if part == Undefined(each.key) else part  # it may have a default
        found[each.name] = value
    return found


def _last_expression(script: Script, index: int) -> int:
    """Return the first token of a sequence's last expression (`return check(n), n`)."""
    tokens, first = script.tokens, index
    end = min(index + MAX_TOKENS, len(tokens))
    while index < end and not tokens.is_punctuation(index, ";", ")", "]", "}"):
        first = index + 1 if tokens.is_punctuation(index, ",") else first
        index = tokens.after(index)
    return first


def _reached(evaluator: Evaluator, script: Script, index: int, body: int, bound: dict[str, Value]) -> bool | str | None:
    """Return whether a `return` is reached (None: unknown), or "elsewhere" if it belongs to another function."""
    tokens, around = script.tokens, script.tokens.parent[index]
    before = index - 1
    if around != body:
        if tokens.parent[around] != body:
            return "elsewhere"
        before = around - 1
        if tokens.word(before) == "else":
            return None
    elif not tokens.is_punctuation(before, ")"):
        return True
    opened = tokens.pair.get(before, 0)
    if tokens.word(opened - 1) != "if":
        return "elsewhere" if around != body else True
    return truth(evaluator.value(script, opened + 1, bound))
