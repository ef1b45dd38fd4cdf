"""Evaluates functions and classes: return values, and constructor parameters from the class's instantiations."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from smokegate.observation.javascript.function_places import body_start, signature
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.scopes import MAX_TOKENS, Definition, Parameter, Script, parameters
from smokegate.observation.javascript.tokens import ROOT, WORD
from smokegate.observation.javascript.values import UNDEFINED, UNKNOWN, Literal, Undefined, Value, choice, truth

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator
MAX_DEPTH = 6
"""Maximum enclosing brackets searched for a constructor."""
MAX_HEAD = 10
"""Maximum tokens between `class` and its body."""
MAX_INSTANCES = 3
"""A class with more instances is not the client of one API."""


def return_value(evaluator: Evaluator, function: Literal, values: list[Value]) -> Value:
    """Return a function's return value as far as its conditions are known."""
    script, tokens = function.script, function.script.tokens
    first = None if tokens.word(function.at) == "class" else signature(script, function.at)
    if first is None:
        return UNKNOWN
    bound, body = bind(evaluator, parameters(script, first), values), body_start(script, first)
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


def constructed(evaluator: Evaluator, script: Script, name: str, at: int) -> Value | None:
    """Return a constructor parameter's value: `new Api("https://…")` leads to the `base` of `constructor(base)`.

    None if it is not a parameter.
    """
    opened = _constructor(script, at)
    parameter = next((each for each in parameters(script, opened) if each.name == name), None) if opened else None
    if opened is None or parameter is None:
        return None
    instantiations = _instantiations(evaluator, script, script.tokens.parent[opened])
    if not 0 < len(instantiations) <= MAX_INSTANCES:
        return None
    calls = [evaluator.items(script, each) if script.tokens.word(each) == "(" else [] for each in instantiations]
    found = [bind(evaluator, [parameter], each)[name] if parameter.number < len(each) else None for each in calls]
    if parameter.default is not None:
        default = evaluator.value(script, parameter.default)
        found = [default if each is None or each == UNDEFINED else each for each in found]
    return None if None in found else choice(*(each for each in found if each is not None))


def _constructor(script: Script, at: int) -> int | None:
    """Return the opening bracket of the enclosing constructor's parameters."""
    tokens = script.tokens
    bodies = (each for each in tokens.enclosing(at, MAX_DEPTH) if tokens.word(each) == "{")
    heads = (tokens.pair.get(each - 1, each) for each in bodies)
    return next((each for each in heads if tokens.word(each - 1) == "constructor"), None)


def _instantiations(evaluator: Evaluator, script: Script, body: int) -> list[int]:
    """Return the argument brackets of each `new` of the class with this body."""
    tokens = script.tokens
    head = next((each for each in range(body - 1, max(-1, body - MAX_HEAD), -1) if tokens.word(each) == "class"), None)
    if head is None:
        return []
    after = tokens.closing(body) + 1
    if tokens.word(head - 1) == "new":
        return [after] if tokens.is_punctuation(after, "(") else []
    name, indexed = _class_name(script, head), evaluator.once(_all_instantiations, script)
    evaluator.context.steps += len(indexed)
    found = ((each, script.visible(name, each - 1)) for each in indexed.get(name, ()))
    return [each for each, named in found if isinstance(named, Definition) and named.value == head]


def _class_name(script: Script, head: int) -> str:
    tokens = script.tokens
    return tokens.word(head + 1) if tokens.word(head + 1) not in {"extends", "{"} else tokens.word(head - 2)


def _all_instantiations(_: Evaluator, script: Script) -> dict[str, list[int]]:
    """Return class name → the brackets of each `new`, and of each `super` that forwards a subclass's arguments."""
    tokens, found = script.tokens, defaultdict[str, list[int]](list)
    constructed, subclasses = set[int](), dict[int, str]()
    for index in range(len(tokens) - 1):
        word = tokens.word(index) if tokens.kinds[index] == WORD else ""
        if word == "new" and tokens.word(index + 2) not in {".", "?."}:
            found[tokens.word(index + 1)].append(index + 2)
        elif word == "super" and tokens.is_punctuation(index + 1, "("):
            body = tokens.parent[_constructor(script, index) or index]
            constructed.add(body)
            if body != ROOT and tokens.word(body - 2) == "extends":
                found[tokens.word(body - 1)].append(index + 1)
        elif word == "extends" and tokens.is_punctuation(index + 2, "{"):
            head = index - 1 if tokens.word(index - 1) == "class" else index - 2
            subclasses[index + 2] = _class_name(script, head)
    for body, name in subclasses.items():
        if body not in constructed:  # without a constructor, all arguments are forwarded
            found[tokens.word(body - 1)] += found.get(name, [])[: MAX_INSTANCES + 1]
    return found
